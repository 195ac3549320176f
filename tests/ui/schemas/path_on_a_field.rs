use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(schema = "schemas/contacts.json")]
    post: Option<String>,
}

fn main() {}
