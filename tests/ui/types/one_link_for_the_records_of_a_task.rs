use vibecode_runtime::{CrmRef, Patch};

#[derive(Patch)]
#[vibecode(entity = "tasks")]
struct Task {
    uf_crm_task: Option<CrmRef>,
}

fn main() {}
