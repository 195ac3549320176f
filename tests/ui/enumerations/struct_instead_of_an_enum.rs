use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
struct Loyalty {
    gold: u64,
}

fn main() {}
