use vibecode_runtime::{Client, Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

#[derive(Record)]
#[vibecode(entity = "companies")]
struct Company {
    title: Option<String>,
}

fn list(client: &Client) {
    let _ = client.list::<Customer>().filter(field!(Company, title).equal("Stroy"));
}

fn main() {}
