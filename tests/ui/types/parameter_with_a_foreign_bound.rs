use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer<T: Clone> {
    post: Option<u16>,
    comments: Option<T>,
}

fn main() {}
