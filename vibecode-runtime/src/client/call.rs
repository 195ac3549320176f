//! Calls on their way.

use std::{
    fmt,
    future::{Future, ready},
    pin::Pin,
    task::{Context, Poll},
};

use crate::Result;

/// A call of the API on its way, as a method of [`Client`](crate::Client) gives it: a future that
/// borrows nothing, so that it can be spawned.
///
/// It does nothing until it is polled. Dropping it leaves open what became of the request.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let patch = Customer::patch().post("Director");
/// let call = client.update(71, &patch);
/// let updated = tokio::spawn(call).await.expect("the task did not panic")?;
/// assert!(updated.mismatches(&patch).is_empty());
/// # Ok(())
/// # }
/// ```
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T> {
    future: Pin<Box<dyn Future<Output = Result<T>> + Send>>,
}

impl<T: Send + 'static> Call<T> {
    pub(crate) fn new(future: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        Self::made(|| future)
    }

    /// The future is made in its place on the heap, where it would else be moved to: that of a
    /// request is long.
    pub(crate) fn made<F>(make: impl FnOnce() -> F) -> Self
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let place = Box::new_uninit();
        let future: Pin<Box<F>> = Box::into_pin(Box::write(place, make()));
        Self { future }
    }

    /// A call that has ended already.
    pub(crate) fn ended(result: Result<T>) -> Self {
        Self::new(ready(result))
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.future.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
