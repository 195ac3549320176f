use vibecode_runtime::{Email, Record};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Vec<Email>,
}

fn main() {}
