use vibecode_runtime::{Patch, Record};

#[derive(Patch, Record)]
#[vibecod(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {
    let _ = Customer::patch().post("Director");
}
