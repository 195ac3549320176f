use vibecode_runtime::{CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "COMPANY_ID")]
    company: Option<CompanyId>,
}

fn main() {}
