//! The signals that stop a long-running command.

use std::{
    io,
    path::PathBuf,
    process,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use crate::{FAILED, failure::Failure, output::Output, part_file::remove_parts};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};

/// Ctrl-C, or the signal with which a system ends a program. Once this exists, neither ends the
/// program by itself.
#[derive(Debug)]
pub(crate) struct Interrupts {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(windows)]
    ctrl_c: CtrlC,
}

impl Interrupts {
    /// # Errors
    /// If the system does not let the program listen for signals.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let interrupts = Self::new();
        interrupts.map_err(|error| Failure::new(format!("cannot listen for Ctrl-C: {error}")))
    }

    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    #[cfg(windows)]
    fn new() -> io::Result<Self> {
        Ok(Self { ctrl_c: ctrl_c()? })
    }

    /// Waits for a signal. Returns immediately if it arrived before the call.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Waits for a signal. Returns immediately if it arrived before the call.
    #[cfg(windows)]
    pub(crate) async fn next(&mut self) {
        self.ctrl_c.recv().await;
    }
}

/// Ends the program at the first signal and says why, until it is stopped. Its own thread listens, since a check of a
/// large file does not let other tasks run.
#[derive(Debug)]
pub(crate) struct EndOnInterrupt(Arc<Mutex<Ending>>);

#[derive(Debug)]
struct Ending {
    is_stopped: bool,
    message: &'static str,
    /// A temporary file.
    to_remove: Option<PathBuf>,
    output: Output,
}

impl EndOnInterrupt {
    /// # Errors
    /// If the system does not let the program listen for signals.
    pub(crate) fn new(message: &'static str, output: &Output) -> Result<Self, Failure> {
        let ending = Arc::new(Mutex::new(Ending {
            is_stopped: false,
            message,
            to_remove: None,
            output: output.clone(),
        }));
        let of_thread = Arc::clone(&ending);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| Failure::new(error.to_string()))?;
        let mut interrupts = {
            let _entered = runtime.enter();
            Interrupts::listen()?
        };
        thread::spawn(move || {
            runtime.block_on(interrupts.next());
            // While it is locked, it cannot be stopped, and nothing can be sent.
            let ending = lock(&of_thread);
            if !ending.is_stopped {
                ending.end();
            }
        });
        Ok(Self(ending))
    }

    /// Has this file removed if the program is ended.
    pub(crate) fn remove(&self, file: PathBuf) {
        lock(&self.0).to_remove = Some(file);
    }

    /// Leaves further signals to [`Interrupts`], which must listen already.
    pub(crate) fn stop(&self) {
        lock(&self.0).is_stopped = true;
    }
}

impl Ending {
    fn end(&self) -> ! {
        if let Some(file) = &self.to_remove {
            let _ = std::fs::remove_file(file);
        }
        let _removed = remove_parts();
        self.output.fail(&Failure::new(self.message));
        process::exit(FAILED.into())
    }
}

fn lock(ending: &Mutex<Ending>) -> MutexGuard<'_, Ending> {
    ending.lock().unwrap_or_else(PoisonError::into_inner)
}
