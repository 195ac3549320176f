use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "timelines")]
struct Customer {
    post: Option<String>,
}

fn main() {}
