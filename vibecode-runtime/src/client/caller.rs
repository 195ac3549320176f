//! What a call knows of its caller.
//!
//! A caller that polls rarely, or never again, must hold up nobody: whoever needs the call to go on
//! moves it to a task of the client ([`Caller::detach`]). A caller that drops the call is gone: what has
//! not been sent yet is then not sent, and a request that is under way runs to its end.

use std::{
    fmt,
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use tokio::sync::Notify;

use crate::{Error, ErrorKind, Result};

/// The caller of a call. The default is that of a pack, which runs in a task from the beginning.
#[derive(Clone, Default)]
pub(crate) struct Caller(Arc<Presence>);

#[derive(Default)]
struct Presence {
    is_gone: AtomicBool,
    leaves: Notify,
    call: Option<Weak<dyn Detach>>,
}

/// A call that can go on without its caller.
pub(super) trait Detach: Send + Sync {
    /// Moves it to a task of the client, if it is not in one already.
    fn detach(&self);
}

/// Held by the caller: the caller is gone when it is dropped.
pub(crate) struct PresenceGuard(Arc<Presence>);

impl Caller {
    pub(super) fn of_call(call: Weak<dyn Detach>) -> Self {
        Self(Arc::new(Presence {
            call: Some(call),
            ..Presence::default()
        }))
    }

    /// Has the call go on without being polled by its caller.
    pub(super) fn detach(&self) {
        if let Some(call) = self.0.call.as_ref().and_then(Weak::upgrade) {
            call.detach();
        }
    }

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

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").finish_non_exhaustive()
    }
}
