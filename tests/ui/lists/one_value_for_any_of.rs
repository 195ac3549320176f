use vibecode_runtime::{CompanyId, Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
}

fn filter() {
    let _ = field!(Customer, company).any_of(9);
}

fn main() {}
