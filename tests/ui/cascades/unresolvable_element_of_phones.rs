use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    phone: Vec<Pohne>,
}

fn main() {
    let _ = Customer::patch().add_phone("+79169876543");
}
