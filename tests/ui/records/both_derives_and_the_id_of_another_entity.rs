use vibecode_runtime::{CompanyId, Patch, Record};

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: CompanyId,
}

fn main() {}
