use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", read_only)]
struct Customer {
    post: Option<String>,
}

fn main() {}
