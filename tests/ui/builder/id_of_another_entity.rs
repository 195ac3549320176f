use vibecode_runtime::{Client, CompanyId, Credentials, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {
    let client = Client::new(Credentials::personal("vibe_api_key")).unwrap();
    let contact_patch = Customer::patch().post("Director");
    let _ = client.update(CompanyId::new(9), &contact_patch);
}
