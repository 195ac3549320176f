use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", diff)]
struct Customer {
    name: String,
}

#[derive(Patch)]
#[vibecode(entity = "contacts", diff)]
struct Position {
    name: String,
}

fn changes(before: &Customer, after: &Position) -> usize {
    before.diff(after).not_removable.len()
}

fn main() {
    let _ = changes;
}
