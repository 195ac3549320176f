use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    opened: String,
}

fn main() {}
