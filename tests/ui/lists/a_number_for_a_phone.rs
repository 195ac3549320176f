use vibecode_runtime::{Phone, Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Vec<Phone>,
}

fn filter() {
    let _ = field!(Customer, phone).equal(79_169_876_543_u64);
}

fn main() {}
