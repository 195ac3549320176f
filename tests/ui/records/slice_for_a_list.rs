use vibecode_runtime::Record;

#[derive(Record)]
#[vibecode(entity = "contacts")]
struct Customer<'a> {
    #[vibecode(field = "ufCrmTags", kind = "string", multiple)]
    tags: &'a [String],
}

fn main() {}
