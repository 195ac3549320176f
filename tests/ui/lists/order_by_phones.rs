use vibecode_runtime::{Client, Order, Phone, Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Vec<Phone>,
}

fn list(client: &Client) {
    let _ = client.list().order(field!(Customer, phone), Order::Ascending);
}

fn main() {}
