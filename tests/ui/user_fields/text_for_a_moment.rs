use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_1721244707107", kind = "datetime")]
    visited: Option<String>,
}

fn main() {}
