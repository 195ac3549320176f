use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(multiple)]
    phone: Vec<Phone>,
}

fn main() {}
