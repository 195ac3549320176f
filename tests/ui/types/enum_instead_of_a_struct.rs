use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
enum Customer {
    Person { post: Option<String> },
}

fn main() {}
