use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(
    entity = "contacts",
    field = "sourceId",
    schema = "schemas/contacts.json"
)]
enum Source {
    #[vibecode(label = "Web site")]
    Web,
    #[vibecode(other)]
    Other(String),
}

fn main() {}
