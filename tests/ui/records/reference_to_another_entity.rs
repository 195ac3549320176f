use vibecode_runtime::{ContactId, Record};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    company_id: Option<ContactId>,
}

fn main() {}
