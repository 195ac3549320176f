use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/contacts.json")]
struct Customer {
    #[vibecode(field = "UF_CRM_1699999999999")]
    office: Option<String>,
}

fn main() {}
