use vibecode_runtime::{ContactId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    #[vibecode(id, field = "id")]
    same: ContactId,
}

fn main() {}
