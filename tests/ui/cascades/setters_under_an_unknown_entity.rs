use vibecode_runtime::{Patch, Phone};

#[derive(Patch)]
#[vibecode(entity = "timelines")]
struct Customer {
    post: Option<String>,
    phone: Vec<Phone>,
}

fn main() {
    let _ = Customer::patch().post("Director").clear_post().add_phone("1");
}
