use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(
    entity = "contacts",
    field = "sourceId",
    schema = "schemas/contacts.json"
)]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
}

fn main() {}
