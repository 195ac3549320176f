// Shared by the examples in the documentation, which include this file in a hidden line.

use vibecode_runtime::*;
use vibecode_sandbox::*;

#[derive(Patch, Record, Debug, Clone)]
#[vibecode(entity = "contacts", diff)]
pub struct Customer {
    #[vibecode(id)]
    id: ContactId,
    name: String,
    post: Option<String>,
    #[vibecode(field = "companyId")]
    company: Option<CompanyId>,
    phone: Vec<Phone>,
    email: Vec<Email>,
}

/// Runs an example with a sandbox and a client for it, in virtual time.
fn run(
    example: impl AsyncFnOnce(Sandbox, Client) -> vibecode_runtime::Result<()>,
) -> vibecode_runtime::Result<()> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build();
    runtime.expect("a runtime for the example").block_on(async {
        let sandbox = Sandbox::start().await;
        let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
            .base_url(sandbox.url())
            .build()?;
        example(sandbox, client).await
    })
}
