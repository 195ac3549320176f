//! Detects that a request needs a new connection, and limits what happens until it has one.
//!
//! A request on an open connection is passed on when its attempt is first polled. A new connection is
//! made step by step, and the request is passed on when it is there, or when another connection becomes
//! free. That may be long after the throttle allowed the request. So an attempt that begins a connection
//! is dropped before anything of it is sent, and repeated ([`Sending`](super::Sending)) so that
//!
//! - its call moves to a task of the client, and no longer depends on being polled;
//! - the client knows whether the request was passed on ([`Handover`](super::handover::Handover)), and
//!   withdraws it if its caller drops the call, or a pause begins;
//! - few of them wait for a connection at the same time ([`Connecting::permit`]), so that they are not all
//!   sent together when a slow server can be reached again.
//!
//! Example: a call gets the permit of the throttle at 0.0 s, and looking up the host takes 3 s. At 1.0 s
//! another call is answered with 429, and has to wait for 30 s. The first call withdraws its request, gets
//! another permit after the pause, at 31.0 s, and is then sent.

use std::{
    cell::Cell,
    future::poll_fn,
    mem::MaybeUninit,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tower_layer::Layer;
use tower_service::Service;

/// How many requests of a client wait for a connection at the same time, if it has a throttle. They may
/// be sent together, on top of a burst.
const CONNECTING: usize = 5;

/// What the clones of a client share about requests that wait for a connection.
#[derive(Debug)]
pub(super) struct Connecting {
    permits: Arc<Semaphore>,
    pauses: AtomicU64,
    pause_began: Notify,
}

pub(super) type ConnectPermit = OwnedSemaphorePermit;

impl Default for Connecting {
    fn default() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(CONNECTING)),
            pauses: AtomicU64::new(0),
            pause_began: Notify::new(),
        }
    }
}

impl Connecting {
    /// Whether no further request may wait for a connection now.
    pub(super) fn is_full(&self) -> bool {
        self.permits.available_permits() == 0
    }

    pub(super) fn try_permit(&self) -> Option<ConnectPermit> {
        Arc::clone(&self.permits).try_acquire_owned().ok()
    }

    /// Waits for a permit. `None` only if the semaphore is closed, which it never is.
    pub(super) async fn permit(&self) -> Option<ConnectPermit> {
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }

    pub(super) fn pauses(&self) -> u64 {
        self.pauses.load(Ordering::Acquire)
    }

    /// Must be called after the throttle has begun the pause.
    pub(super) fn note_pause(&self) {
        self.pauses.fetch_add(1, Ordering::AcqRel);
        self.pause_began.notify_waiters();
    }

    /// Waits until there were more pauses than this.
    pub(super) async fn pause_after(&self, pauses: u64) {
        loop {
            let mut began = pin!(self.pause_began.notified());
            // Must come before the check, so that the notification cannot be missed.
            began.as_mut().enable();
            if self.pauses() != pauses {
                return;
            }
            began.await;
        }
    }
}

thread_local! {
    /// How many connections were begun on this thread.
    static BEGUN: Cell<u64> = const { Cell::new(0) };
}

/// Polls an attempt once. Also returns whether it began a connection, which is not open yet.
pub(super) fn poll_attempt<T>(poll: impl FnOnce() -> Poll<T>) -> (Poll<T>, bool) {
    let before = BEGUN.get();
    let polled = poll();
    (polled, BEGUN.get() != before)
}

/// A layer around reqwest's connector, which counts the connections that are begun.
#[derive(Debug, Clone, Copy)]
pub(super) struct CountConnections;

impl<S> Layer<S> for CountConnections {
    type Service = Counted<S>;

    fn layer(&self, connector: S) -> Counted<S> {
        Counted {
            connector: Arc::new(connector),
            _room: MaybeUninit::uninit(),
        }
    }
}

/// Wraps a connector, and counts its calls.
///
/// hyper clones its connector six times for every request, and boxes the clones. The connector is shared, since reqwest's
/// takes hundreds of instructions to clone.
pub(super) struct Counted<S> {
    connector: Arc<S>,
    /// Makes the boxes larger than most of what a request allocates. glibc's allocator keeps seven free pieces of each
    /// size at hand, and further ones of the size of an `Arc` take an update 2,400 instructions more.
    _room: MaybeUninit<[usize; 5]>,
}

impl<S> Clone for Counted<S> {
    fn clone(&self) -> Self {
        Self {
            connector: Arc::clone(&self.connector),
            _room: MaybeUninit::uninit(),
        }
    }
}

impl<S, R> Service<R> for Counted<S>
where
    S: Service<R, Future: Send> + Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        // `call` polls its own clone.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> Self::Future {
        BEGUN.set(BEGUN.get() + 1);
        let connector = Arc::clone(&self.connector);
        Box::pin(async move {
            // The attempt that begins a connection is dropped now: see above. The next one goes on.
            yield_once().await;
            let mut connector = S::clone(&connector);
            poll_fn(|context| connector.poll_ready(context)).await?;
            connector.call(request).await
        })
    }
}

async fn yield_once() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if has_yielded {
            return Poll::Ready(());
        }
        has_yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
