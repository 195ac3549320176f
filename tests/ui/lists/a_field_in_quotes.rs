use vibecode_runtime::{Client, Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn list(client: &Client) {
    let _ = client.list().filter(field!(Customer, "post").equal("Director"));
}

fn main() {}
