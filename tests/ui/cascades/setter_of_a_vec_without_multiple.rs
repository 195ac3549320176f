use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrm_694BF2A975BD0", kind = "double")]
    scores: Vec<f64>,
}

fn main() {
    let _ = Customer::patch().scores(vec![1.5]).clear_scores();
}
