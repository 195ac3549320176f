use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = 5)]
    post: Option<String>,
}

fn main() {}
