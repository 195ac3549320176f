use vibecode_runtime::{Enumeration, Patch, Record};

#[derive(Enumeration)]
#[vibecode(entity = "deals", field = "typeId")]
enum Type {
    #[vibecode(status = "SALE")]
    Sale,
    #[vibecode(other)]
    Other(String),
}

#[derive(Patch, Record)]
#[vibecode(entity = "deals")]
struct Deal {
    title: Option<String>,
    #[vibecode(read_only)]
    previous_stage_id: Option<Type>,
}

fn main() {
    let _ = Deal::patch().title("Sale");
}
