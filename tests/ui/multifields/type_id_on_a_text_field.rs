use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(type_id = "WORK")]
    post: Option<String>,
}

fn main() {}
