#![deny(unused_must_use)]

use vibecode_runtime::{Client, Credentials, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {
    let client = Client::new(Credentials::personal("vibe_api_key")).unwrap();
    client.update(71, &Customer::patch().post("Director"));
}
