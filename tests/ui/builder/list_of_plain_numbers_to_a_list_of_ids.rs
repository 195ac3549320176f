use vibecode_runtime::{Patch, UserId};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    observers: Vec<UserId>,
}

fn main() {
    let _ = Customer::patch().observers(vec![1, 2]);
}
