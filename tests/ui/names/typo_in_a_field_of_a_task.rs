use vibecode_runtime::{Patch, UserId};

#[derive(Patch)]
#[vibecode(entity = "tasks")]
struct Task {
    responsable_id: Option<UserId>,
}

fn main() {}
