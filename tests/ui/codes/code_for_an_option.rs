use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(
    entity = "contacts",
    field = "ufCrm_1721244707107",
    schema = "schemas/contacts.json"
)]
enum Loyalty {
    #[vibecode(status = "GOLD")]
    Gold,
    #[vibecode(other)]
    Other(u64),
}

fn main() {}
