use vibecode_runtime::{Client, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn create(client: &Client, customer: &Customer) {
    let _ = client.create(customer);
}

fn main() {}
