use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "deals", field = "stageId")]
enum Stage {
    #[vibecode(status = "C5:WON")]
    Won,
}

fn main() {}
