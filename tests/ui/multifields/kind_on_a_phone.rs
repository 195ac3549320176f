use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(kind = "string")]
    phone: Vec<Phone>,
}

fn main() {}
