use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
    #[vibecode(read_only)]
    updated_time: String,
}

fn main() {
    let _ = Customer::patch().updated_time("now");
}
