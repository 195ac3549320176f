use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(field = "ufCrm_1721244707107")]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
}

fn main() {}
