#![deny(unused_must_use)]

use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {
    Customer::patch().post("Director");
}
