use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {
    let _ = Customer::patch().maybe(Some(5), CustomerPatch::post);
}
