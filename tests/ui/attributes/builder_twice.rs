use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", builder = "CustomerChange", builder = "Change")]
struct Customer {
    post: Option<String>,
}

fn main() {
    let _ = Customer::patch().post("Director");
}
