use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
enum Loyalty {
    #[vibecode(item = 81usize)]
    Gold,
    #[vibecode(item = 82u64)]
    Silver,
}

fn main() {
    let _ = (Loyalty::Gold, Loyalty::Silver);
}
