use vibecode_runtime::{Enumeration, Record, field};

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "ufCrmLoyalty")]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
}

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrmLoyalty", kind = "enumeration")]
    loyalty: Option<Loyalty>,
}

fn filter() {
    let _ = field!(Customer, loyalty).equal(81);
}

fn main() {}
