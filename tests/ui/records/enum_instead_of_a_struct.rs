use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
enum Customer {
    Name,
}

fn main() {}
