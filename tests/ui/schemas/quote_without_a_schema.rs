use vibecode_runtime::{Patch, QuoteId};

#[derive(Patch)]
#[vibecode(entity = "quotes")]
struct Quote {
    #[vibecode(id)]
    id: QuoteId,
    title: Option<String>,
}

fn main() {}
