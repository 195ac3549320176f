use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(skip = "yes")]
    post: Option<String>,
}

fn main() {}
