use vibecode_runtime::{Enumeration, Record};

#[derive(Enumeration)]
#[vibecode(entity = "deals", field = "stageId", pipeline = 5)]
enum Stage {
    #[vibecode(status = "WON")]
    Won,
}

#[derive(Record)]
#[vibecode(entity = "deals")]
struct Customer {
    #[vibecode(read_only)]
    previous_stage_id: Option<Stage>,
}

fn main() {}
