use vibecode_runtime::{Email, Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Vec<Phone>,
}

fn main() {
    let _ = Customer::patch().add_phone(Email::work("a@company.ru"));
}
