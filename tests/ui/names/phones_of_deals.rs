use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "deals")]
struct Sale {
    phone: Vec<Phone>,
}

fn main() {}
