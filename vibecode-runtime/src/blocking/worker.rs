//! The thread on which a blocking client's requests run.

use std::{
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

/// A runtime of one thread, shared by clones. It goes on between calls, so that a connection that
/// the server closes in the meantime is not used again.
#[derive(Clone)]
pub(super) struct Worker {
    running: Arc<Running>,
}

struct Running {
    runtime: Option<Runtime>,
    handle: Handle,
}

impl Worker {
    /// # Errors
    /// If the system gives no thread.
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

    /// Waits for the result of a call.
    ///
    /// # Errors
    /// In async code, whose thread must not wait. `spawn_blocking` and `block_in_place` are not async.
    pub(super) fn wait<T>(&self, call: impl Future<Output = T>) -> Result<T> {
        if is_in_async_code() {
            let problem = "the blocking client was called in async code, which would stop its runtime: use `vibecode_runtime::Client` there, or call it in `tokio::task::spawn_blocking`";
            return Err(Error::not_sent(ErrorKind::Configuration, problem));
        }
        // Timers and connections belong to the worker's thread, whatever runtime this thread is of.
        let _context = self.running.handle.enter();
        Ok(park_until_ready(call))
    }
}

/// Polls on this thread. `Handle::block_on` would do the same, but panics where it is not allowed.
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

/// Whether a runtime polls a future on this thread.
///
/// tokio does not say, but gives each future that it polls a budget of 128 operations, and code that
/// may block, as in `spawn_blocking`, an endless one. So this takes more than that, and gives it back.
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
    // Each gives back the budget of before, so the first must be the last.
    while taken.pop().is_some() {}
    is_limited
}

impl Drop for Running {
    /// A runtime that is dropped waits for its thread, which is not allowed everywhere.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
