//! The future that the methods of a client return.

use std::{
    fmt,
    future::{Future, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::runtime::{Handle, Id};

use super::{
    caller::Caller,
    detachable::{AfterDrop, Detachable, detachable},
};
use crate::{Error, ErrorKind, Outcome, Result};

/// A pending call of the API, returned by the methods of [`Client`](crate::Client). It is a future that
/// borrows nothing, so it can be spawned.
///
/// It does nothing until it is polled. It moves to a background task when another call waits for its
/// record, or when it opens a connection, and then no longer depends on being polled. If its caller
/// drops it, a write that is under way runs to its end, and nothing new is sent: also no request that
/// still waits for its connection. Whether the change was made is then unknown. A read is cancelled.
///
/// A client may be used in several tokio runtimes at the same time, such as those of actix-web's
/// workers, only if all of them keep running, since all of them use connections that were made in one
/// of them. A call that was begun in one runtime and is polled in another, or in none, fails with
/// [`ErrorKind::Interrupted`]. If an earlier runtime still exists but does not run, for example between
/// two calls of its `block_on`, a call in another runtime fails after two seconds with
/// [`ErrorKind::Configuration`], and nothing was sent. Once the earlier runtime is shut down, the client
/// moves to the new one. Outside of a runtime a call fails immediately.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let patch = Customer::patch().post("Director");
/// let call = client.update(71, &patch);
/// let updated = tokio::spawn(call).await.expect("the task did not panic")?;
/// assert!(updated.mismatches(&patch).is_empty());
/// # Ok(()) }) }
/// ```
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T> {
    future: CallFuture<T>,
    /// The runtime in which it was first polled: its timers and connections belong to that one.
    begun_in: Option<Id>,
    /// What is known of the change if it cannot go on.
    if_interrupted: Outcome,
}

enum CallFuture<T> {
    Sending(Arc<dyn Detachable<T>>),
    Other(Pin<Box<dyn Future<Output = Result<T>> + Send>>),
}

impl<T: Send + 'static> Call<T> {
    /// Creates a call that only reads what another one returns.
    pub(crate) fn new(future: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        Self::of(CallFuture::Other(Box::pin(future)), Outcome::NotApplied)
    }

    /// Creates a call that sends a read, if there is no error already. It ends with its caller.
    pub(crate) fn read<R, F>(request: Result<R>, run: impl FnOnce(R, Caller) -> F) -> Self
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        Self::sending(request, run, AfterDrop::Cancel, Outcome::NotApplied)
    }

    /// Creates a call that sends a write, if there is no error already. It runs to its end if its caller
    /// drops the call.
    pub(crate) fn write<R, F>(request: Result<R>, run: impl FnOnce(R, Caller) -> F) -> Self
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        Self::sending(request, run, AfterDrop::Continue, Outcome::Unknown)
    }

    fn sending<R, F>(
        request: Result<R>,
        run: impl FnOnce(R, Caller) -> F,
        after_drop: AfterDrop,
        if_interrupted: Outcome,
    ) -> Self
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let future = match request {
            Ok(request) => {
                CallFuture::Sending(detachable(|caller| run(request, caller), after_drop))
            }
            Err(error) => CallFuture::Other(Box::pin(ready(Err(error)))),
        };
        Self::of(future, if_interrupted)
    }

    fn of(future: CallFuture<T>, if_interrupted: Outcome) -> Self {
        Self {
            future,
            begun_in: None,
            if_interrupted,
        }
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let here = Handle::try_current().ok().map(|runtime| runtime.id());
        match (here, self.begun_in) {
            (None, None) => return Poll::Ready(Err(outside_of_a_runtime())),
            (Some(_), None) => self.begun_in = here,
            (_, Some(_)) if here == self.begun_in => {}
            (_, Some(_)) => return Poll::Ready(Err(in_another_runtime(self.if_interrupted))),
        }
        match &mut self.future {
            CallFuture::Sending(call) => call.poll(context),
            CallFuture::Other(future) => future.as_mut().poll(context),
        }
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        if let CallFuture::Sending(call) = &self.future {
            call.leave();
        }
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// The error of a call whose runtime was shut down while the request may have been under way.
pub(crate) fn shut_down() -> Error {
    let problem = "the runtime of the client was shut down before the request ended";
    Error::new(ErrorKind::Interrupted, Outcome::Unknown, problem)
}

/// The error of a call or a run that is polled in another runtime than before.
pub(crate) fn in_another_runtime(outcome: Outcome) -> Error {
    let problem = "the call was begun in another tokio runtime: await it in the one in which it was first polled";
    Error::new(ErrorKind::Interrupted, outcome, problem)
}

pub(crate) fn outside_of_a_runtime() -> Error {
    let problem = "the call was made outside of a tokio runtime: await it inside of one, or use `vibecode_runtime::blocking::Client`";
    Error::not_sent(ErrorKind::Configuration, problem)
}
