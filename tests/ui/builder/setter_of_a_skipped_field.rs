use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
    #[vibecode(skip)]
    cached: u32,
}

fn main() {
    let _ = Customer::patch().cached(1);
}
