use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contact")]
struct Customer {
    post: Option<String>,
}

fn main() {}
