use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "Contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {}
