use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(type_id = "FAX")]
    phone: Option<String>,
}

fn main() {
    let _ = Customer::patch().add_phone("+79169876543");
}
