use vibecode_runtime::{CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = companyId)]
    company: Option<CompanyId>,
}

fn main() {
    let _ = Customer::patch().company(9).clear_company();
}
