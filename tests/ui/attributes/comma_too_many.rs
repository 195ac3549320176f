use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "post",, clear = "null")]
    post: Option<String>,
}

fn main() {}
