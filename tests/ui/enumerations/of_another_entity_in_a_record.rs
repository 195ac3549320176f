use vibecode_runtime::{Enumeration, Record};

#[derive(Enumeration, Clone, Copy)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
}

#[derive(Record)]
#[vibecode(entity = "deals")]
struct Customer {
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<Loyalty>,
}

fn main() {}
