use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entiyt = "contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {}
