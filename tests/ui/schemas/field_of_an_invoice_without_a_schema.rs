use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "invoices")]
struct Invoice {
    opportunity: Option<f64>,
    comments: Option<String>,
}

fn main() {}
