use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "quotes", schema = "schemas/quotes.json")]
struct Quote {
    titel: Option<String>,
}

fn main() {}
