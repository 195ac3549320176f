use vibecode_runtime::{CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "delas")]
struct Sale {
    title: Option<String>,
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
}

fn main() {
    let _ = Sale::patch().title("Ten doors").clear_company().company(9);
}
