use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_Лояльность", kind = "string")]
    loyalty: Option<String>,
}

fn main() {}
