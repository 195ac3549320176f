use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer<T> {
    psot: Option<T>,
    post: Option<T>,
}

fn main() {
    let _ = Customer::<String>::patch().psot("Director").post("Director");
}
