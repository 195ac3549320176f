use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(kind = "string")]
    uf_crm_1721244707107: Option<String>,
}

fn main() {}
