use vibecode_runtime::{Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
    #[vibecode(skip)]
    cached: u32,
}

fn filter() {
    let _ = field!(Customer, cached).equal(5);
}

fn main() {}
