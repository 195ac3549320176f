use vibecode_runtime::{Patch, UserId};

use std::collections::HashSet;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    observers: HashSet<UserId>,
}

fn main() {}
