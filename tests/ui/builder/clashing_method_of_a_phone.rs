use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Vec<Phone>,
    #[vibecode(field = "post")]
    add_phone: Option<String>,
}

fn main() {}
