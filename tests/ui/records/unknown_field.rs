use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    favourite_colour: Option<String>,
}

fn main() {}
