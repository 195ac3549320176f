use vibecode_runtime::{CompanyId, Patch, Record};

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibcode(field = "companyId")]
    company: Option<CompanyId>,
}

fn main() {
    let _ = Customer::patch().company(CompanyId::from(15));
}
