use vibecode_runtime::{ContactId, Patch};

#[derive(Patch)]
#[vibecode(entity = "items/1040", schema = "schemas/items-1040.json")]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
}

fn main() {}
