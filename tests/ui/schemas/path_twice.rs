use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(
    entity = "contacts",
    schema = "schemas/contacts.json",
    schema = "schemas/contacts.json"
)]
struct Customer {
    post: Option<String>,
}

fn main() {}
