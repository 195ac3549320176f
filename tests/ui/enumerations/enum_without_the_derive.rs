use vibecode_runtime::Patch;

enum Loyalty {
    Gold,
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_1721244707107", kind = "enumeration")]
    loyalty: Option<Loyalty>,
}

fn main() {
    let _ = Loyalty::Gold;
}
