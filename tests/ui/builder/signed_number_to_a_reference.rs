use vibecode_runtime::{CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
}

fn main() {
    let id: i64 = 9;
    let _ = Customer::patch().company(id);
}
