use vibecode_runtime::{CompanyId, DealId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
}

fn main() {
    let _ = Customer::patch().company(DealId::new(9));
}
