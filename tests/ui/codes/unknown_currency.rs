use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "deals", field = "currency", schema = "schemas/deals.json")]
enum Currency {
    #[vibecode(status = "EUR")]
    Eur,
    #[vibecode(other)]
    Other(String),
}

fn main() {}
