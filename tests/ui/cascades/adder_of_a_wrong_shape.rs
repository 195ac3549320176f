use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Option<Vec<Phone>>,
}

fn main() {
    let _ = Customer::patch().add_phone("+79169876543").add_phone(Phone::home("1"));
}
