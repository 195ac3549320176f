use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_694bf2a975bd0", kind = "string")]
    loyalty: Option<String>,
}

fn main() {}
