use vibecode_runtime::{File, Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    photo: Option<File>,
}

fn filter() {
    let _ = field!(Customer, photo).equal(File::keep(12));
}

fn main() {}
