use vibecode_runtime::{Date, Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    birthdate: Option<Date>,
}

fn filter() {
    let _ = field!(Customer, birthdate).less("2026-04-15");
}

fn main() {}
