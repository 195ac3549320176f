use vibecode_runtime::{Enumeration, Record, field};

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
    #[vibecode(other)]
    Other(String),
}

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "sourceId")]
    source: Option<Source>,
}

fn main() {
    let _ = field!(Customer, source).greater(Source::Web);
}
