use vibecode_runtime::{ContactId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: Option<ContactId>,
}

fn main() {}
