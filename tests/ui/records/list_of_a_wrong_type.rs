use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer {
    #[vibecode(field = "ufCrmTags", kind = "string", multiple)]
    tags: Vec<u32>,
}

fn main() {}
