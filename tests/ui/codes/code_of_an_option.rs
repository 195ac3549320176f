use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
}

fn main() {
    let _ = Loyalty::Gold.status();
}
