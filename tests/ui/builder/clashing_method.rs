use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
    #[vibecode(field = "comments")]
    clear_post: Option<String>,
}

fn main() {}
