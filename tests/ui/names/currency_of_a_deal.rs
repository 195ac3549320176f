use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "deals")]
struct Customer {
    currency_id: Option<String>,
}

fn main() {}
