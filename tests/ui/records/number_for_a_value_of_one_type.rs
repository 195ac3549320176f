use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "phone", type_id = "WORK")]
    desk: Option<u64>,
}

fn main() {}
