use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(type_id = "MOBILE")]
    email: Option<String>,
}

fn main() {}
