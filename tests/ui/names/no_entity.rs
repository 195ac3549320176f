use vibecode_runtime::Patch;

#[derive(Patch)]
struct Customer {
    post: Option<String>,
}

fn main() {}
