use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(entity = "contacts")]
    post: Option<String>,
}

fn main() {}
