use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "deals")]
struct Sale {
    opportunity: Option<f64>,
}

fn main() {}
