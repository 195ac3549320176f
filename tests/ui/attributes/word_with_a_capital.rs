use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(Field = "post")]
    post: Option<String>,
}

fn main() {}
