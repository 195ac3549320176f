use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    psot: Option<String>,
    comments: Option<u32>,
}

fn main() {
    let _ = Customer::patch().psot("Director").comments(5_u32);
}
