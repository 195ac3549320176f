use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(type_id = "MOBILE")]
    phone: Option<String>,
}

fn main() {
    let _ = Customer::patch().add_phone(Phone::home("+79169876543"));
}
