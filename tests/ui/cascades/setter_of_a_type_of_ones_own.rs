use vibecode_runtime::Patch;

struct Position;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<Position>,
}

fn main() {
    let _ = Customer::patch().post(Position).clear_post();
    let _ = Customer { post: None }.to_patch();
}
