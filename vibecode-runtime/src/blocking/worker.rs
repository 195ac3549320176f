//! The thread on which the requests of a blocking client run.

use std::{
    fmt,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::coop,
};

use crate::{Error, ErrorKind, Result};

/// A single-threaded runtime, shared by clones of the client. It keeps running between calls, so
/// that it notices when the server closes a connection and does not use that one again.
#[derive(Clone)]
pub(super) struct Worker {
    running: Arc<Running>,
}

struct Running {
    runtime: Option<Runtime>,
    handle: Handle,
}

impl Worker {
    /// Fails if the system cannot start a thread.
    pub(super) fn start() -> Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder
            .worker_threads(1)
            .thread_name("vibecode")
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| {
            let problem = "the thread of the blocking client cannot be started";
            Error::not_sent(ErrorKind::Configuration, problem).caused_by(error)
        })?;
        Ok(Self {
            running: Arc::new(Running {
                handle: runtime.handle().clone(),
                runtime: Some(runtime),
            }),
        })
    }

    /// Blocks until the result of a call is available. An error in async code, whose thread must not
    /// block. `spawn_blocking` and `block_in_place` do not count as async code.
    pub(super) fn wait<T>(&self, call: impl Future<Output = T>) -> Result<T> {
        if is_in_async_code() {
            let problem = "the blocking client was called in async code, which would stop its runtime: use `vibecode_runtime::Client` there, or call it in `tokio::task::spawn_blocking`";
            return Err(Error::not_sent(ErrorKind::Configuration, problem));
        }
        // Timers and connections belong to the worker's thread, even if this thread belongs to
        // another runtime.
        let _context = self.running.handle.enter();
        Ok(park_until_ready(call))
    }

    /// Blocks until there is a next row. If blocking itself is an error, no row follows it.
    pub(super) fn next<R, T>(
        &self,
        rows: &mut Option<R>,
        next: impl AsyncFnOnce(&mut R) -> Option<Result<T>>,
    ) -> Option<Result<T>> {
        let row = self.wait(next(rows.as_mut()?));
        row.unwrap_or_else(|error| {
            *rows = None;
            Some(Err(error))
        })
    }
}

/// Polls the call on this thread. `Handle::block_on` would do the same, but panics where blocking
/// is not allowed.
fn park_until_ready<T>(call: impl Future<Output = T>) -> T {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut call = pin!(call);
    loop {
        if let Poll::Ready(result) = call.as_mut().poll(&mut context) {
            return result;
        }
        thread::park();
    }
}

/// Whether a runtime is polling a future on this thread.
///
/// tokio has no function for that. But it gives each future that it polls a budget of 128
/// operations, and code that may block, as in `spawn_blocking`, an unlimited one. So this function
/// consumes more than 128 operations and then restores the budget.
fn is_in_async_code() -> bool {
    const MORE_THAN_THE_BUDGET: usize = 1_024;
    if Handle::try_current().is_err() {
        return false;
    }
    let mut context = Context::from_waker(Waker::noop());
    let mut taken = Vec::with_capacity(MORE_THAN_THE_BUDGET);
    let is_limited = (0..MORE_THAN_THE_BUDGET).any(|_| match coop::poll_proceed(&mut context) {
        Poll::Ready(operation) => {
            taken.push(operation);
            false
        }
        Poll::Pending => true,
    });
    // Each guard restores the budget that it found, so the first one must be dropped last.
    while taken.pop().is_some() {}
    is_limited
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Worker")
    }
}

impl Drop for Running {
    /// Dropping a runtime waits for its thread, which is not allowed everywhere.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
