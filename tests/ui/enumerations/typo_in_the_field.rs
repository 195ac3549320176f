use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(
    entity = "contacts",
    field = "ufCrm_1721244707170",
    schema = "schemas/contacts.json"
)]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
    #[vibecode(item = 82)]
    Silver,
    #[vibecode(item = 83)]
    Bronze,
}

fn main() {}
