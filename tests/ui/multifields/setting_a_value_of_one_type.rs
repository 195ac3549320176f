use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "email", type_id = "MAILING")]
    newsletter: Option<String>,
}

fn main() {
    let _ = Customer::patch().newsletter("news@company.ru");
}
