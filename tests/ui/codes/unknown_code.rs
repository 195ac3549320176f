use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(
    entity = "contacts",
    field = "sourceId",
    schema = "schemas/contacts.json"
)]
enum Source {
    #[vibecode(status = "WBE")]
    Web,
    #[vibecode(status = "CALL")]
    Call,
    #[vibecode(other)]
    Other(String),
}

fn main() {}
