use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer<'a> {
    post: &'a mut str,
}

fn main() {}
