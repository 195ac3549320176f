use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/contacts.json")]
struct Customer {
    uf_crm_flor: Option<i64>,
}

fn main() {}
