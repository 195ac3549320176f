use vibecode_runtime::{Patch, Record};

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    name: u32,
}

fn main() {}
