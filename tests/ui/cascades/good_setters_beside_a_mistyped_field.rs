use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    psot: Option<String>,
    name: Option<String>,
    phone: Vec<Phone>,
}

fn main() {
    let _ = Customer::patch()
        .name("Ada")
        .clear_name()
        .add_phone("+79169876543");
}
