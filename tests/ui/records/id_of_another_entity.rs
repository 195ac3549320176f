use vibecode_runtime::{CompanyId, Record};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: CompanyId,
}

fn main() {}
