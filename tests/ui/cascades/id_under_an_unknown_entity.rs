use vibecode_runtime::{Client, CompanyId, Credentials, Patch};

#[derive(Patch)]
#[vibecode(entity = "invoices")]
struct Sale {
    #[vibecode(id)]
    id: CompanyId,
    title: Option<String>,
}

fn main() {
    let client = Client::new(Credentials::personal("vibe_api_key")).unwrap();
    let _ = client.update(CompanyId::new(7), &Sale::patch().title("Ten doors"));
}
