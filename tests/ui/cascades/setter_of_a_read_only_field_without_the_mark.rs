use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    updated_time: Option<String>,
}

fn main() {
    let _ = Customer::patch().updated_time("now").clear_updated_time();
}
