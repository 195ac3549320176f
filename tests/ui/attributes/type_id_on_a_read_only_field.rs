use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(read_only, type_id = "WORK")]
    post: Option<String>,
}

fn main() {}
