use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts")]
enum Loyalty {
    #[vibecode(item = 81)]
    Gold,
}

fn main() {}
