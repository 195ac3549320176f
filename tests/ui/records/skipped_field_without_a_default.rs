use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(skip)]
    cached: std::time::Instant,
}

fn main() {}
