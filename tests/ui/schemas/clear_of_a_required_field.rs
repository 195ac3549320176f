use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/complete.json")]
struct Customer {
    post: Option<String>,
}

fn main() {
    let _ = Customer::patch().post("Director").clear_post();
}
