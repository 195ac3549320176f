use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(id)]
    id: u64,
}

fn main() {}
