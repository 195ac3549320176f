use vibecode_runtime::{Patch, UserId};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    observers: Vec<Option<UserId>>,
}

fn main() {}
