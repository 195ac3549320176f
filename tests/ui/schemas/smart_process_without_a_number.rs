use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "items/smart")]
struct Customer {
    title: Option<String>,
}

fn main() {}
