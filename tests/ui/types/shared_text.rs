use vibecode_runtime::Patch;

use std::sync::Arc;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<Arc<str>>,
}

fn main() {}
