use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/contacts.json")]
struct Customer {
    #[vibecode(field = "ufCrmFlor")]
    floor: Option<i64>,
}

fn main() {}
