use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    company_id: Option<i64>,
}

fn main() {}
