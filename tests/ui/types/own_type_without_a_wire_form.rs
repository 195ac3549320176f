use vibecode_runtime::Patch;

struct Position;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<Position>,
}

fn main() {}
