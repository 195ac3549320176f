use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(
    entity = "contacts",
    field = "sourceId",
    schema = "schemas/contacts.json"
)]
enum Source {
    #[vibecode(status = "Website")]
    Web,
    #[vibecode(other)]
    Other(String),
}

fn main() {}
