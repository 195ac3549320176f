use vibecode_runtime::{Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn filter() {
    let _ = field!(Customer, pots).equal("Director");
}

fn main() {}
