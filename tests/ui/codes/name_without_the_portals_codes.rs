use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(label = "Website")]
    Web,
    #[vibecode(other)]
    Other(String),
}

fn main() {}
