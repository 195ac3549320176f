use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_loyalty", kind = "enumeration")]
    loyalty: Option<u64>,
}

fn main() {}
