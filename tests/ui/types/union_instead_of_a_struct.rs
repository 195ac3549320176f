use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
union Customer {
    opened: bool,
}

fn main() {}
