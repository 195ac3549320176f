use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
enum Customer {
    Person,
}

fn main() {
    let _ = Customer::patch().maybe(Some(1), |patch, _| patch);
    let _ = Customer::Person.to_patch();
}
