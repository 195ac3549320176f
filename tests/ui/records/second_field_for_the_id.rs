use vibecode_runtime::{ContactId, Record};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "id", read_only)]
    number: u64,
    #[vibecode(id)]
    id: ContactId,
    name: String,
}

fn main() {}
