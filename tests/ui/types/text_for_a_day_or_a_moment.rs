use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "deals")]
struct Deal {
    begindate: Option<String>,
}

fn main() {}
