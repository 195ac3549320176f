use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(default)]
    post: Option<String>,
}

fn main() {}
