use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer<'a> {
    name: &'a str,
}

fn main() {}
