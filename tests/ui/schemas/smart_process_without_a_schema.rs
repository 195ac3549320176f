use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "items/1040")]
struct Customer {
    title: Option<String>,
}

fn main() {}
