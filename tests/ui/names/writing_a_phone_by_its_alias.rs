use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone_mobile: Option<String>,
}

fn main() {}
