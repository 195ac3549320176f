use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "ufCrmMixed")]
enum Mixed {
    #[vibecode(item = 81)]
    Gold,
    #[vibecode(status = "WEB")]
    Web,
}

fn main() {}
