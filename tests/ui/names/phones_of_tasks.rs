use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "tasks")]
struct Task {
    phone: Vec<Phone>,
}

fn main() {}
