use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(kind = "integer")]
    post: Option<String>,
}

fn main() {}
