use vibecode_runtime::{Enumeration, Patch};

#[derive(Enumeration)]
#[vibecode(entity = "deals", field = "currency")]
enum Currency {
    #[vibecode(status = "RUB")]
    Rub,
}

#[derive(Patch)]
#[vibecode(entity = "deals")]
struct Customer {
    title: Option<Currency>,
}

fn main() {}
