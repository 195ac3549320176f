use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(read_only, clear = "null")]
    post: Option<String>,
}

fn main() {}
