use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "invoice")]
struct Invoice {
    opportunity: Option<f64>,
}

fn main() {}
