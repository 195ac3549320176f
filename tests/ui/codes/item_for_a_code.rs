use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(item = 81)]
    Web,
    #[vibecode(other)]
    Other(String),
}

fn main() {}
