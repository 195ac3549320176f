use vibecode_runtime::{CompanyId, Patch, PatchJob};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {
    let _ = PatchJob::new(CompanyId::from(9), &Customer::patch().post("Director"));
}
