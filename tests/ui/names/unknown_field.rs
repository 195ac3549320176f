use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    favourite_colour: Option<String>,
}

fn main() {}
