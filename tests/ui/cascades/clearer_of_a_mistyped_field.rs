use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    psot: Option<String>,
}

fn main() {
    let _ = Customer::patch().psot("Director").clear_psot();
}
