use vibecode_runtime::{Client, CompanyId, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn update(client: &Client, ids: Vec<CompanyId>) {
    let items = ids.into_iter().map(|id| (id, Customer::patch().post("Director")));
    let _ = client.update_many(items);
}

fn main() {}
