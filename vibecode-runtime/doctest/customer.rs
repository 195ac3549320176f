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

/// Starts a sandbox and returns it with a client for it.
async fn sandbox() -> vibecode_runtime::Result<(Sandbox, Client)> {
    let sandbox = Sandbox::start().await;
    let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
        .base_url(sandbox.url())
        .build()?;
    Ok((sandbox, client))
}

/// Converts an iterator into a stream.
fn stream_of<I>(items: I) -> impl futures_core::Stream<Item = I::Item> + Send + 'static
where
    I: IntoIterator,
    I::IntoIter: Unpin + Send + 'static,
{
    struct Items<I>(I);

    impl<I: Iterator + Unpin> futures_core::Stream for Items<I> {
        type Item = I::Item;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<I::Item>> {
            std::task::Poll::Ready(self.0.next())
        }
    }

    Items(items.into_iter())
}
