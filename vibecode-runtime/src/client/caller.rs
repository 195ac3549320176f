//! What a call knows about its caller.
//!
//! A caller may poll rarely or never again. Whoever waits for the call then moves it to a task of the
//! client ([`Caller::detach`]). A caller that drops the call is gone: a request that is under way runs
//! to its end, and nothing new is sent.

use std::{
    fmt,
    future::poll_fn,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use crate::{Error, ErrorKind, Result};

/// The caller of a call. The default is the caller of a pack, which runs in a task from the start.
#[derive(Clone)]
pub(crate) struct Caller(Arc<dyn Called>);

/// What a caller has called.
pub(super) trait Called: Send + Sync {
    fn presence(&self) -> &Presence;

    /// Moves the call to a task of the client, if it is not in one already.
    fn detach(&self);
}

/// Whether the caller is still there.
#[derive(Default)]
pub(super) struct Presence {
    is_gone: AtomicBool,
    when_gone: Notify,
}

/// A guard that the caller holds. Dropping it marks the caller as gone.
pub(crate) struct PresenceGuard(Caller);

impl Presence {
    /// Marks the caller as gone.
    pub(super) fn end(&self) {
        self.is_gone.store(true, Ordering::Release);
        self.when_gone.notify_waiters();
    }
}

impl Called for Presence {
    fn presence(&self) -> &Presence {
        self
    }

    fn detach(&self) {}
}

impl Default for Caller {
    fn default() -> Self {
        Self(Arc::new(Presence::default()))
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").finish_non_exhaustive()
    }
}

impl Caller {
    pub(super) fn of(call: Arc<dyn Called>) -> Self {
        Self(call)
    }

    pub(super) fn detach(&self) {
        self.0.detach();
    }

    pub(crate) fn guard(&self) -> PresenceGuard {
        PresenceGuard(self.clone())
    }

    /// Waits for an event. Fails if the caller has dropped the call; nobody receives that error.
    pub(crate) async fn wait<T>(&self, mut event: Pin<&mut impl Future<Output = T>>) -> Result<T> {
        if self.is_gone() {
            return Err(gone());
        }
        // Most events are there already.
        if let Poll::Ready(value) = poll_once(event.as_mut()).await {
            return Ok(value);
        }
        self.unless_gone(event).await
    }

    /// Waits for an event until `latest`, and returns `None` after that. Fails as
    /// [`wait`](Self::wait) does.
    pub(crate) async fn wait_until<T>(
        &self,
        latest: Instant,
        mut event: Pin<&mut impl Future<Output = T>>,
    ) -> Result<Option<T>> {
        if self.is_gone() {
            return Err(gone());
        }
        if let Poll::Ready(value) = poll_once(event.as_mut()).await {
            return Ok(Some(value));
        }
        let waiting = pin!(timeout_at(latest, event));
        Ok(self.unless_gone(waiting).await?.ok())
    }

    async fn unless_gone<T>(&self, mut event: Pin<&mut impl Future<Output = T>>) -> Result<T> {
        let mut when_gone = pin!(self.0.presence().when_gone.notified());
        // Must come before the check of `is_gone`, so that the notification cannot be missed.
        when_gone.as_mut().enable();
        if self.is_gone() {
            return Err(gone());
        }
        poll_fn(|context| {
            if let Poll::Ready(value) = event.as_mut().poll(context) {
                return Poll::Ready(Ok(value));
            }
            when_gone.as_mut().poll(context).map(|()| Err(gone()))
        })
        .await
    }

    pub(super) fn is_gone(&self) -> bool {
        self.0.presence().is_gone.load(Ordering::Acquire)
    }
}

async fn poll_once<F: Future>(mut event: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(event.as_mut().poll(context))).await
}

impl Drop for PresenceGuard {
    fn drop(&mut self) {
        self.0.0.presence().end();
    }
}

fn gone() -> Error {
    Error::not_sent(
        ErrorKind::Interrupted,
        "the call was dropped before it was sent",
    )
}
