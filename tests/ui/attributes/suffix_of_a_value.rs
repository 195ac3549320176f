use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "post"banana)]
    position: Option<String>,
}

fn main() {
    let _ = Customer::patch().position("Director");
}
