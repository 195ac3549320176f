use vibecode_runtime::{Client, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn list(client: &Client) {
    let _ = client.list::<Customer>();
}

fn main() {}
