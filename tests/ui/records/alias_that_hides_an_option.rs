use vibecode_runtime::Record;

type Maybe = Option<String>;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Maybe,
}

fn main() {}
