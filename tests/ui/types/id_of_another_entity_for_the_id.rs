use vibecode_runtime::{CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: CompanyId,
}

fn main() {}
