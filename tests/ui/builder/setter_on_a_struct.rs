use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {
    let customer = Customer { post: None };
    let _ = customer.post("Director");
}
