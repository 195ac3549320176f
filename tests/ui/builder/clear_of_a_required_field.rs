use vibecode_runtime::{Patch, UserId};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
    assigned_by_id: UserId,
}

fn main() {
    let _ = Customer::patch().clear_assigned_by_id();
}
