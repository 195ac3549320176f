use vibecode_runtime::{Enumeration, Patch};

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
    #[vibecode(other)]
    Other(String),
}

#[derive(Patch)]
#[vibecode(entity = "leads")]
struct Customer {
    source_id: Option<Source>,
}

fn main() {}
