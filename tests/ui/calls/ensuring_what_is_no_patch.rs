use vibecode_runtime::{Client, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn ensure(client: &Client, customer: &Customer) {
    let _ = client.ensure(71, customer);
}

fn main() {}
