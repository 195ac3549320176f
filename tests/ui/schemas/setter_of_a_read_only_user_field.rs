use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/contacts.json")]
struct Customer {
    post: Option<String>,
    #[vibecode(field = "ufCrmRating", read_only)]
    rating: Option<f64>,
}

fn main() {
    let _ = Customer::patch().rating(4.5);
}
