use vibecode_runtime::{Patch, Phone};

type Phones = Option<Vec<Phone>>;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Phones,
}

fn main() {}
