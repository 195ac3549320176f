use vibecode_runtime::{Enumeration, Patch, Record};

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
    #[vibecode(other)]
    Other(String),
}

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    type_id: Option<Source>,
}

fn main() {}
