use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Vec<Phone>,
}

fn main() {
    let _ = Customer::patch().clear_phone();
}
