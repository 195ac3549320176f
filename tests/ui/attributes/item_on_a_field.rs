use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(item = 81)]
    post: Option<String>,
}

fn main() {}
