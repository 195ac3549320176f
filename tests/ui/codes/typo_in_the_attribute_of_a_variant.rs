use vibecode_runtime::{Enumeration, Patch};

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibcode(status = "WEB")]
    Web,
    #[vibecode(other)]
    Other(String),
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    source_id: Option<Source>,
}

fn main() {
    let _ = Customer::patch().source_id(Source::Web);
}
