//! When a command that goes on is asked to stop.

use std::io;

use crate::failure::Failure;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};

/// Ctrl-C, or what a system sends to end a program. From the moment when one listens, neither ends
/// the program by itself.
#[derive(Debug)]
pub(crate) struct Stop {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(windows)]
    ctrl_c: CtrlC,
}

impl Stop {
    /// # Errors
    /// Where the system does not let the program listen.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let stop = Self::new();
        stop.map_err(|error| Failure::new(format!("Ctrl-C cannot be listened for: {error}")))
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

    /// Waits until it is asked for, also where that was before the call.
    #[cfg(unix)]
    pub(crate) async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Waits until it is asked for, also where that was before the call.
    #[cfg(windows)]
    pub(crate) async fn asked(&mut self) {
        self.ctrl_c.recv().await;
    }
}
