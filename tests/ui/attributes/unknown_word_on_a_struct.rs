use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", rename_all = "camelCase")]
struct Customer {
    post: Option<String>,
}

fn main() {}
