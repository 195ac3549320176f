use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "companies")]
struct Firm {
    #[vibecode(field = "revenue")]
    turnover: Option<f64>,
}

fn main() {
    let _ = Firm::patch().turnover(1000);
}
