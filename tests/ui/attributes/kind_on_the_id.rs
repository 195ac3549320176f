use vibecode_runtime::{ContactId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id, kind = "string")]
    id: ContactId,
}

fn main() {}
