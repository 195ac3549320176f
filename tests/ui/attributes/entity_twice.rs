use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", entity = "deals")]
struct Customer {
    post: Option<String>,
}

fn main() {}
