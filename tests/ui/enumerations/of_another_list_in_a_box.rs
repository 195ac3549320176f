use vibecode_runtime::{Enumeration, Patch};

#[derive(Enumeration, Clone, Copy)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_1700000000001", kind = "enumeration")]
    loyalty: Option<Box<Loyalty>>,
}

fn main() {}
