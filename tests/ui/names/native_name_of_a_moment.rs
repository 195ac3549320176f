use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "DATE_CREATE", read_only)]
    made: String,
}

fn main() {}
