use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(
    entity = "contacts",
    field = "ufCrmFloor",
    schema = "schemas/contacts.json"
)]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
}

fn main() {}
