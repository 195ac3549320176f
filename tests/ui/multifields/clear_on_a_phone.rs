use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(clear = "[]")]
    phone: Vec<Phone>,
}

fn main() {}
