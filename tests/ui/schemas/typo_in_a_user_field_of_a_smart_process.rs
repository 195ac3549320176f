use vibecode_runtime::{Date, Patch};

#[derive(Patch)]
#[vibecode(entity = "items/1040", schema = "schemas/items-1040.json")]
struct Customer {
    #[vibecode(field = "ufCrm6WorkVisas")]
    visa: Option<Date>,
}

fn main() {}
