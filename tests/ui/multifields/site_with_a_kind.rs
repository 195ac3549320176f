use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(kind = "string", multiple)]
    web: Vec<String>,
}

fn main() {
    let _ = Customer::patch().web(["https://example.org".to_owned()]);
}
