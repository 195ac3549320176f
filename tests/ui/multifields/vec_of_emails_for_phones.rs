use vibecode_runtime::{Email, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Vec<Email>,
}

fn main() {}
