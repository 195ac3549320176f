use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_1721244707107", kind = "hologram")]
    loyalty: Option<String>,
}

fn main() {}
