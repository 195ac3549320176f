use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
    #[vibecode(other)]
    Other(u64),
}

fn main() {}
