//! Calls on their way.

use std::{
    fmt,
    future::{Future, ready},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::runtime::Handle;

use super::{caller::Caller, owned::Owned};
use crate::{Error, ErrorKind, Outcome, Result};

/// A call of the API on its way, as a method of [`Client`](crate::Client) returns it: a future that
/// borrows nothing, so that it can be spawned.
///
/// It does nothing until it is polled. A write that its caller neglects or drops goes on in a task of
/// the client: it holds up no other call, what was not sent yet is not sent after a drop, and a request
/// that is under way runs to its end. Dropping a call leaves open whether the change was made.
///
/// A client may be used in several tokio runtimes at a time only if all of them run, such as those of
/// actix-web's workers: connections that were made in one are used in all. If an earlier one is alive
/// and does not run, as between two calls of its `block_on`, a call in another is an
/// [`ErrorKind::Configuration`] after two seconds, and nothing was sent. Once the earlier one was shut
/// down, the client moves over. Outside of a runtime a call is an error at once.
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
    /// A call that runs in its caller, such as a read, which holds nothing that others wait for.
    pub(crate) fn new(future: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        Self {
            future: Box::pin(future),
        }
    }

    /// A call that goes on without its caller, in a task of the client.
    pub(crate) fn owned<F>(run: impl FnOnce(Caller) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        Self::new(Owned::new(run))
    }

    /// A call that has ended already.
    pub(crate) fn ended(result: Result<T>) -> Self {
        Self::new(ready(result))
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if Handle::try_current().is_err() {
            return Poll::Ready(Err(outside_of_a_runtime()));
        }
        self.future.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// The runtime went away while the request may have been under way.
pub(crate) fn shut_down() -> Error {
    let problem = "the runtime of the client was shut down before the request ended";
    Error::new(ErrorKind::Interrupted, Outcome::Unknown, problem)
}

pub(crate) fn outside_of_a_runtime() -> Error {
    let problem = "the call was made outside of a tokio runtime: await it inside of one, or use `vibecode_runtime::blocking::Client`";
    Error::not_sent(ErrorKind::Configuration, problem)
}
