use vibecode_runtime::{Record, field};

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrmScores", kind = "double", multiple)]
    scores: Vec<f64>,
}

fn filter() {
    let _ = field!(Customer, scores).greater(4.5);
}

fn main() {}
