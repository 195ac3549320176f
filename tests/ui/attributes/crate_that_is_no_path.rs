use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", crate = "not a path")]
struct Customer {
    post: Option<String>,
}

fn main() {}
