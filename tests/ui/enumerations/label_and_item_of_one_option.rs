use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(
    entity = "contacts",
    field = "ufCrm_1721244707107",
    schema = "schemas/contacts.json"
)]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
    #[vibecode(label = "Gold")]
    Golden,
    #[vibecode(item = 82)]
    Silver,
    #[vibecode(item = 83)]
    Bronze,
}

fn main() {}
