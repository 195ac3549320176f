use vibecode_runtime::{Enumeration, Patch};

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer<const N: usize> {
    #[vibecode(field = "ufCrmDrinks", kind = "enumeration", multiple)]
    drinks: [Loyalty; N],
}

fn main() {
    let _ = (Customer::<1>::patch(), Loyalty::Gold);
}
