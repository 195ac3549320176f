use vibecode_runtime::{CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "companyIds")]
    companies: Vec<CompanyId>,
    #[vibecode(field = "ufCrmTags", kind = "string", multiple)]
    tags: Vec<String>,
}

fn main() {
    let _ = Customer::patch().tags(vec!["a"]);
}
