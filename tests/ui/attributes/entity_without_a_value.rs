use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity)]
struct Customer {
    post: Option<String>,
}

fn main() {}
