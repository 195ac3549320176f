use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrmFloor")]
    floor: Option<i64>,
}

fn main() {}
