//! What a call knows about its caller.
//!
//! A caller may poll rarely or never again. Whoever waits for the call then moves it to a task of the
//! client ([`Caller::detach`]). A caller that drops the call is gone: a request that is under way runs
//! to its end, and nothing new is sent.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{
        Arc, Weak,
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
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller(Arc<Presence>);

#[derive(Debug, Default)]
struct Presence {
    is_gone: AtomicBool,
    when_gone: Notify,
    call: Option<Weak<dyn Detach>>,
}

/// A call that can continue without its caller.
pub(super) trait Detach: Send + Sync {
    /// Moves the call to a task of the client, if it is not in one already.
    fn detach(&self);
}

/// A guard that the caller holds. Dropping it marks the caller as gone.
pub(crate) struct PresenceGuard(Arc<Presence>);

impl Caller {
    pub(super) fn of_call(call: Weak<dyn Detach>) -> Self {
        Self(Arc::new(Presence {
            call: Some(call),
            ..Presence::default()
        }))
    }

    pub(super) fn detach(&self) {
        if let Some(call) = self.0.call.as_ref().and_then(Weak::upgrade) {
            call.detach();
        }
    }

    pub(crate) fn guard(&self) -> PresenceGuard {
        PresenceGuard(Arc::clone(&self.0))
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
        let mut when_gone = pin!(self.0.when_gone.notified());
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
        self.0.is_gone.load(Ordering::Acquire)
    }
}

async fn poll_once<F: Future>(mut event: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(event.as_mut().poll(context))).await
}

impl Drop for PresenceGuard {
    fn drop(&mut self) {
        self.0.is_gone.store(true, Ordering::Release);
        self.0.when_gone.notify_waiters();
    }
}

fn gone() -> Error {
    Error::not_sent(
        ErrorKind::Interrupted,
        "the call was dropped before it was sent",
    )
}
