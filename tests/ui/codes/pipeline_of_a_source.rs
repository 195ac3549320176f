use vibecode_runtime::Enumeration;

#[derive(Enumeration)]
#[vibecode(entity = "deals", field = "sourceId", pipeline = 5)]
enum Source {
    #[vibecode(status = "WEB")]
    Web,
}

fn main() {}
