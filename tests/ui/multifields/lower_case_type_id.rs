use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(type_id = "mobile")]
    phone: Option<String>,
}

fn main() {}
