use vibecode_runtime::{Client, CompanyId, Record};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    name: String,
}

async fn read(client: &Client, company: CompanyId) -> vibecode_runtime::Result<String> {
    Ok(client.get::<Customer>(company).await?.name)
}

fn main() {
    let _ = read;
}
