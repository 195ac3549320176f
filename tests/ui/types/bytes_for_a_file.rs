use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    photo: Option<Vec<u8>>,
}

fn main() {}
