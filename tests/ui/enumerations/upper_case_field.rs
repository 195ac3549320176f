use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "UF_CRM_1721244707107")]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
}

fn main() {}
