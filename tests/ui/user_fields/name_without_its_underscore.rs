use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm1721244707107", kind = "string")]
    loyalty: Option<String>,
}

fn main() {}
