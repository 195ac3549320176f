use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(clear = "nothing")]
    post: Option<String>,
}

fn main() {}
