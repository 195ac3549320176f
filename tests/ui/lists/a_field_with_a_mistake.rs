use vibecode_runtime::{Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    psot: Option<String>,
}

fn filter() {
    let _ = field!(Customer, psot).equal("Director");
}

fn main() {}
