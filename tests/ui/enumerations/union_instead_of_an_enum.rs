use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
union Loyalty {
    gold: u64,
}

fn main() {}
