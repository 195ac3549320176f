use vibecode_runtime::{Client, Credentials, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {
    let client = Client::new(Credentials::personal("vibe_api_key")).unwrap();
    let id: i64 = 71;
    let _ = client.update(id, &Customer::patch().post("Director"));
}
