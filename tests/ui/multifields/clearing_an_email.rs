use vibecode_runtime::{Email, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    email: Vec<Email>,
}

fn main() {
    let _ = Customer::patch().clear_email();
}
