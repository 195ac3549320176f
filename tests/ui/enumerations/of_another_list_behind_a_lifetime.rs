use vibecode_runtime::{Enumeration, Patch};

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer<'a> {
    #[vibecode(field = "ufCrmDrink", kind = "enumeration")]
    drink: Option<&'a Loyalty>,
}

fn main() {
    let _ = (Customer::patch(), Loyalty::Gold);
}
