use vibecode_runtime::{Patch, Record};

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Customer<'a> {
    name: &'a str,
}

fn main() {}
