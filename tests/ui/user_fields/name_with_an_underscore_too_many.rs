use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_LOYALTY", kind = "string")]
    loyalty: Option<String>,
}

fn main() {}
