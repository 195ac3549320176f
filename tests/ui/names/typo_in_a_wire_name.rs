use vibecode_runtime::{CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "compnayId")]
    company: Option<CompanyId>,
}

fn main() {}
