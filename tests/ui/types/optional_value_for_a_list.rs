use vibecode_runtime::{CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    company_ids: Option<CompanyId>,
}

fn main() {}
