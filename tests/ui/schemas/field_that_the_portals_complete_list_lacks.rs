use vibecode_runtime::{Date, Patch};

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/complete.json")]
struct Customer {
    post: Option<String>,
    birthdate: Option<Date>,
}

fn main() {}
