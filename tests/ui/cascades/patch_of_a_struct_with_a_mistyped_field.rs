use vibecode_runtime::{Client, ContactId, Credentials, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    psot: Option<String>,
    name: Option<String>,
}

fn main() {
    let client = Client::new(Credentials::personal("vibe_api_key")).unwrap();
    let customer = Customer { psot: None, name: None };
    let _ = client.update(ContactId::new(71), &customer.to_patch());
}
