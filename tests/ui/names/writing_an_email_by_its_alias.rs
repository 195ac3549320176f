use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "emailMailing")]
    newsletter: Option<String>,
}

fn main() {}
