use vibecode_runtime::{ContactId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    observers: Vec<ContactId>,
}

fn main() {}
