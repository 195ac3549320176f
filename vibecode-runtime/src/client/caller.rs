//! Whoever waits for a call that runs in a task of the client.
//!
//! A write belongs to the client: its task holds the lock of the record and the place in the throttle,
//! so a caller that polls rarely, or never again, holds up nobody. A caller that drops the call is
//! gone: what has not been sent yet is then not sent, and a request that is under way runs to its end.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use tokio::sync::Notify;

use crate::{Error, ErrorKind, Result};

/// What a task knows of its caller.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller(Arc<Presence>);

#[derive(Debug, Default)]
struct Presence {
    is_gone: AtomicBool,
    leaves: Notify,
}

/// Held by the caller: the caller is gone when it is dropped.
#[derive(Debug)]
pub(crate) struct PresenceGuard(Arc<Presence>);

impl Caller {
    pub(crate) fn guard(&self) -> PresenceGuard {
        PresenceGuard(Arc::clone(&self.0))
    }

    /// Waits for something as long as the caller is there.
    ///
    /// # Errors
    /// If the caller is gone. Nobody reads the error.
    pub(crate) async fn wait<T>(&self, event: impl Future<Output = T>) -> Result<T> {
        let mut leaves = pin!(self.0.leaves.notified());
        // From here on no departure is missed.
        leaves.as_mut().enable();
        if self.0.is_gone.load(Ordering::Acquire) {
            return Err(gone());
        }
        let mut event = pin!(event);
        poll_fn(|context| {
            if let Poll::Ready(value) = event.as_mut().poll(context) {
                return Poll::Ready(Ok(value));
            }
            leaves.as_mut().poll(context).map(|()| Err(gone()))
        })
        .await
    }
}

impl Drop for PresenceGuard {
    fn drop(&mut self) {
        self.0.is_gone.store(true, Ordering::Release);
        self.0.leaves.notify_waiters();
    }
}

fn gone() -> Error {
    Error::not_sent(
        ErrorKind::Interrupted,
        "the call was dropped before it was sent",
    )
}
