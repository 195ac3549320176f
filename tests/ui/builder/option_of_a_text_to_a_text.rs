use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

fn main() {
    let post: Option<String> = None;
    let _ = Customer::patch().post(post);
}
