use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/contacts.json")]
struct Customer {
    #[vibecode(field = "ufCrmLoyalty")]
    loyalty: Option<u64>,
}

fn main() {}
