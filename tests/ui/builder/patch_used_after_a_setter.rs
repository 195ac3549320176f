use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {
    let patch = Customer::patch();
    let one = patch.post("Director");
    let other = patch.clear_post();
    let _ = (one, other);
}
