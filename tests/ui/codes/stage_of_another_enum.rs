use vibecode_runtime::{Enumeration, Patch};

#[derive(Enumeration)]
#[vibecode(entity = "deals", field = "stageId", pipeline = 5)]
enum Stage {
    #[vibecode(status = "WON")]
    Won,
}

#[derive(Enumeration)]
#[vibecode(entity = "deals", field = "stageId", pipeline = 7)]
enum Stage7 {
    #[vibecode(status = "WON")]
    Won,
}

#[derive(Patch)]
#[vibecode(entity = "deals")]
struct Customer {
    #[vibecode(field = "stageId")]
    stage: Option<Stage>,
}

fn main() {
    let _ = Customer::patch().stage(Stage7::Won);
}
