use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    opened: bool,
}

fn main() {
    let _ = Customer::patch().opened("Y");
}
