use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "contacts", field = "sourceId")]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
    #[vibecode(other)]
    Other(String),
}

fn main() {
    let _ = Source::Web.option_id();
}
