use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrmFloor", kind = "integer")]
    floor: Option<String>,
}

fn main() {}
