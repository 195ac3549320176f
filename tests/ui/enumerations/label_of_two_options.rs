use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(
    entity = "contacts",
    field = "ufCrmTwins",
    schema = "schemas/contacts.json"
)]
enum Loyalty {
    #[vibecode(label = "Branch")]
    Branch,
    #[vibecode(other)]
    Other(u64),
}

fn main() {}
