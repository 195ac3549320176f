use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "items/+1040", schema = "schemas/items-1040.json")]
struct Visit {
    title: Option<String>,
}

fn main() {}
