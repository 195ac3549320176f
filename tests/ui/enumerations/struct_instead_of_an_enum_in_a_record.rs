use vibecode_runtime::{Enumeration, Patch, Record};

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sourceId")]
struct Source {
    #[vibecode(status = "WEB")]
    web: String,
}

#[derive(Patch, Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    source_id: Option<Source>,
}

fn main() {}
