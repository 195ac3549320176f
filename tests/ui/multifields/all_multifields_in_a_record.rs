use vibecode_runtime::{Phone, Record};

#[derive(Record)]
#[vibecode(entity = "companies")]
struct Firm {
    #[vibecode(field = "fm", read_only)]
    all: Vec<Phone>,
}

fn main() {}
