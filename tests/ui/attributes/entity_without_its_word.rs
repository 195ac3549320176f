use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode("contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {}
