use vibecode_runtime::{Client, ContactId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts", diff)]
struct Customer {
    post: Option<String>,
}

fn update(client: &Client, before: &Customer, after: &Customer) {
    let _ = client.update(ContactId::new(71), &before.diff(after));
}

fn main() {}
