use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/contacts.json")]
struct Customer {
    #[vibecode(field = "ufCrmBooking", kind = "strin")]
    booking: Option<String>,
}

fn main() {}
