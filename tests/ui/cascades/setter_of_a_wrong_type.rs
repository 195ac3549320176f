use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<u32>,
}

fn main() {
    let _ = Customer::patch().post(5_u32).clear_post();
}
