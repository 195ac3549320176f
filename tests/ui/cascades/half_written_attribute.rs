use vibecode_runtime::{CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field =)]
    company: Option<CompanyId>,
    post: Option<String>,
}

fn main() {
    let _ = Customer::patch().company(9).post("Director");
}
