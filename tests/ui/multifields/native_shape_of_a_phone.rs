use serde_json::json;
use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Vec<Phone>,
}

fn main() {
    let _ = Customer::patch().add_phone(json!({ "VALUE": "+79161112233", "VALUE_TYPE": "WORK" }));
}
