use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/contacts.json")]
struct Customer {
    #[vibecode(field = "ufCrm_1721244707170")]
    loyalty: Option<u64>,
}

fn main() {}
