use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<Option<String>>,
}

fn main() {}
