use vibecode_runtime::{Date, Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(read_only)]
    updated_time: String,
}

fn filter(day: Date) {
    let _ = field!(Customer, updated_time).greater(day);
}

fn main() {}
