use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
    #[vibecode(field = "post")]
    position: Option<String>,
}

fn main() {
    let _ = Customer::patch().post("Director").position("Director").clear_position();
}
