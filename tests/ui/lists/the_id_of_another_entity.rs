use vibecode_runtime::{CompanyId, ContactId, Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
}

fn filter() {
    let _ = field!(Customer, company).equal(ContactId::from(9));
}

fn main() {}
