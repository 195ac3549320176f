use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "items/1040", schema = "schemas/items-1040.json")]
struct Customer {
    titel: Option<String>,
}

fn main() {}
