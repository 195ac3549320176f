use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_", kind = "string")]
    loyalty: Option<String>,
}

fn main() {}
