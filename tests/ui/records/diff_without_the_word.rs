use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    name: String,
}

fn changes(before: &Customer, after: &Customer) -> usize {
    before.diff(after).not_removable.len()
}

fn main() {
    let _ = changes;
}
