use vibecode_runtime::Patch;

type Post = Option<String>;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Post,
}

fn main() {}
