use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "post")]
    #[vibecode(field = "name")]
    post: Option<String>,
}

fn main() {}
