use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

struct Position;

fn main() {
    let _ = Customer::patch().set_unchecked("ufCrmLoyalty", Position);
}
