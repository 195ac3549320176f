use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(clear = null)]
    post: Option<String>,
}

fn main() {}
