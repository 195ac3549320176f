use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(feild = "post")]
    post: Option<String>,
}

fn main() {}
