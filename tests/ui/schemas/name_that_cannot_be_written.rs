use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/odd-names.json")]
struct Customer {
    #[vibecode(field = "ufCrm-odd")]
    odd: Option<String>,
}

fn main() {}
