use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_1721244707107", kind = "double")]
    score: Option<String>,
}

fn main() {}
