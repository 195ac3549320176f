use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(colour = "red")]
    post: Option<String>,
}

fn main() {}
