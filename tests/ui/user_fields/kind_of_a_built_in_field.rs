use vibecode_runtime::{CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_1721244707107", kind = "crm_company")]
    loyalty: Option<CompanyId>,
}

fn main() {}
