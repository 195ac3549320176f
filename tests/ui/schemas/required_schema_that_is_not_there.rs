use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema)]
struct Customer {
    post: Option<String>,
}

fn main() {}
