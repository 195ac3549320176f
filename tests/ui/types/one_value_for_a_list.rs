use vibecode_runtime::{Patch, UserId};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    observers: UserId,
}

fn main() {}
