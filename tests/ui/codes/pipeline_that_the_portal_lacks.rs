use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(
    entity = "deals",
    field = "stageId",
    pipeline = 7,
    schema = "schemas/deals.json"
)]
enum Stage {
    #[vibecode(status = "WON")]
    Won,
}

fn main() {}
