use vibecode_runtime::{ContactId, Patch};

#[derive(Patch)]
#[vibecode(entity = "tasks")]
struct Task {
    parent_id: Option<ContactId>,
}

fn main() {}
