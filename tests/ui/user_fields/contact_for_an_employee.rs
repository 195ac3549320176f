use vibecode_runtime::{ContactId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_1721244707107", kind = "employee")]
    manager: Option<ContactId>,
}

fn main() {}
