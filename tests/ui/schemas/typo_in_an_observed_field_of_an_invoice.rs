use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "invoices")]
struct Invoice {
    oportunity: Option<f64>,
}

fn main() {}
