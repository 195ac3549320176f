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
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<Loyalty>,
}

fn main() {
    let _ = Customer::patch().loyalty("Gold");
}
