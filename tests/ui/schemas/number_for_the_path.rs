use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = 1)]
struct Customer {
    post: Option<String>,
}

fn main() {}
