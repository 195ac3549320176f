use vibecode_runtime::Patch;

#[derive(Patch)]
#[vibecode(entity = "contacts", schema = "schemas/complete.json")]
struct Customer {
    #[vibecode(field = "ufCrmContractNumber")]
    contract_number: Option<String>,
}

fn main() {}
