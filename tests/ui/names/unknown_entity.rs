use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "invoices")]
struct Customer {
    post: Option<String>,
}

fn main() {}
