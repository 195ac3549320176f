use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "ufCrm_1721244707107")]
enum Loyalty<const N: usize> {
    #[vibecode(item = 81)]
    Gold,
}

fn main() {}
