use vibecode_runtime::{Client, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    name: String,
}

async fn read(client: &Client) -> vibecode_runtime::Result<String> {
    let customer: Customer = client.get(71).await?;
    Ok(customer.name)
}

fn main() {
    let _ = read;
}
