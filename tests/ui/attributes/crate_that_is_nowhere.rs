use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", crate = "nowhere")]
struct Customer {
    post: Option<String>,
}

fn main() {}
