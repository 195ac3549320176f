use vibecode_runtime::{CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(rename = "companyId")]
    company: Option<CompanyId>,
}

fn main() {}
