use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "UF_CRM_1721244707107", kind = "string")]
    loyalty: Option<String>,
}

fn main() {}
