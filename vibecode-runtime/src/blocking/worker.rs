//! The thread on which a blocking client's requests run.

use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};

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
    /// Where the system gives no thread.
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

    /// Waits for what a call gives.
    ///
    /// # Errors
    /// Inside an async runtime, whose thread must not wait.
    pub(super) fn wait<T>(&self, call: impl Future<Output = T>) -> Result<T> {
        if Handle::try_current().is_ok() {
            let problem = "the blocking client was called inside an async runtime, which would stop it: use `vibecode_runtime::Client` there";
            return Err(Error::not_sent(ErrorKind::Configuration, problem));
        }
        Ok(self.running.handle.block_on(call))
    }
}

impl Drop for Running {
    /// A runtime that is dropped waits for its thread, which is not allowed everywhere.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
