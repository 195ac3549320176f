use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "delas")]
struct Sale {
    title: Option<String>,
}

fn main() {}
