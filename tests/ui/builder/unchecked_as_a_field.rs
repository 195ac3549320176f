use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "post")]
    set_unchecked: Option<String>,
}

fn main() {}
