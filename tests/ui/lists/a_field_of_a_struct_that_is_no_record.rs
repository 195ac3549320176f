use vibecode_runtime::{Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
}

struct Other {
    post: Option<String>,
}

fn filter() {
    let _ = field!(Other, post).equal("Director");
}

fn main() {}
