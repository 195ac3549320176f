use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = schemas)]
struct Customer {
    post: Option<String>,
}

fn main() {}
