use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phnoe: Vec<Phone>,
}

fn main() {
    let _ = Customer::patch().add_phnoe("+79169876543").add_phnoe(Phone::home("1"));
}
