use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(skip_serializing)]
    updated_time: String,
}

fn main() {}
