use vibecode_runtime::{Client, Credentials, DealId, Patch};

#[derive(Patch)]
#[vibecode(entity = "delas")]
struct Sale {
    #[vibecode(id)]
    id: DealId,
    title: Option<String>,
}

fn main() {
    let client = Client::new(Credentials::personal("vibe_api_key")).unwrap();
    let _ = client.update(DealId::new(7), &Sale::patch().title("Ten doors"));
}
