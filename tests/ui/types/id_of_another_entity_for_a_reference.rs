use vibecode_runtime::{DealId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    company_id: Option<DealId>,
}

fn main() {}
