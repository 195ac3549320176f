use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(
    entity = "deals",
    field = "stageId",
    pipeline = 5,
    schema = "schemas/deals.json"
)]
enum Stage {
    #[vibecode(status = "WON")]
    Won,
}

fn main() {}
