use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    last_nmae: Option<String>,
}

fn main() {}
