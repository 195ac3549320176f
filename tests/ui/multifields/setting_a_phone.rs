use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Vec<Phone>,
}

fn main() {
    let _ = Customer::patch().phone("+79169876543");
}
