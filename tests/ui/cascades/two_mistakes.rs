use vibecode_runtime::{CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    psot: Option<String>,
    #[vibecode(field = "compnayId")]
    company: Option<CompanyId>,
}

fn main() {
    let _ = Customer::patch().psot("Director").company(9).clear_company();
}
