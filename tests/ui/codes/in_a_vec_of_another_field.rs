use vibecode_runtime::{Enumeration, Patch};

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
    #[vibecode(other)]
    Other(String),
}

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrmFrom", kind = "crm_status", multiple)]
    from: Vec<Source>,
}

fn main() {}
