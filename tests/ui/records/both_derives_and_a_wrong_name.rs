use vibecode_runtime::{Patch, Record};

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    nmae: String,
}

fn main() {}
