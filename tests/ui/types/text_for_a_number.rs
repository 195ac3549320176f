use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "companies")]
struct Firm {
    revenue: Option<String>,
}

fn main() {}
