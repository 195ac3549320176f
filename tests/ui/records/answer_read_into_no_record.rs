use vibecode_runtime::Updated;

struct Customer {
    name: String,
}

fn read(updated: &Updated) -> vibecode_runtime::Result<String> {
    Ok(updated.record::<Customer>()?.name)
}

fn main() {
    let _ = read;
}
