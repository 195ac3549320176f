use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(status = "")]
    Nothing,
}

fn main() {}
