use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", crate = "vibecode_runtime", crate = "vibecode_runtime")]
struct Customer {
    post: Option<String>,
}

fn main() {}
