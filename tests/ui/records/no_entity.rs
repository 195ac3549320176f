use vibecode_runtime::Record;

#[derive(Record)]

struct Customer {
    name: String,
}

fn main() {}
