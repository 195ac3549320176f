use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(type_id = "HOME")]
    phone: Vec<String>,
}

fn main() {}
