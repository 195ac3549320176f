mod customers {
    use vibecode_runtime::Patch;

    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    pub struct Customer {
        pub post: Option<String>,
    }

    #[derive(Patch)]
    #[vibecode(entity = "contacts")]
    struct Hidden {
        post: Option<String>,
    }
}

fn main() {
    let _ = customers::Customer::patch().post("Director");
    let _ = customers::Hidden::patch().post("Director");
}
