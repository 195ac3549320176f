use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/complete.json")]
struct Customer {
    #[vibecode(clear = "null")]
    post: Option<String>,
}

fn main() {}
