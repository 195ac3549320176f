use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/contacts.json")]
struct Customer {
    #[vibecode(field = "ufCrmFloor", kind = "intger")]
    floor: Option<i64>,
}

fn main() {}
