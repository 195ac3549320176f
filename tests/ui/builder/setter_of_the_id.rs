use vibecode_runtime::{ContactId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: ContactId,
    post: Option<String>,
}

fn main() {
    let _ = Customer::patch().id(71);
}
