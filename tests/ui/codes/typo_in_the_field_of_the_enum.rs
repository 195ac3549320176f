use vibecode_runtime::{Enumeration, Patch, Record};

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sorceId")]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
    #[vibecode(other)]
    Other(String),
}

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "sourceId")]
    source: Option<Source>,
}

fn main() {}
