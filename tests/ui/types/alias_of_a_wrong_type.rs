use vibecode_runtime::Patch;

type Position = u32;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<Position>,
}

fn main() {}
