use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/nowhere.json")]
struct Customer {
    post: Option<String>,
}

fn main() {}
