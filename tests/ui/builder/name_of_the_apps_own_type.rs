use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct CustomerPatch {
    post: Option<String>,
}

fn main() {
    let own = CustomerPatch { post: None };
    println!("{:?}", own.clone().post);
    let _ = Customer::patch().post("Director");
}
