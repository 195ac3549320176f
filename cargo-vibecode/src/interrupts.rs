//! The signals that stop a command.
//!
//! From its beginning, a command is ended by the first signal, and says what it has and has not done: [`say_early`]. Its
//! own thread listens, since a check of a large file does not let other tasks run. A command that has something to finish
//! then listens itself: [`Interrupts::listen`].

use std::{
    io, process,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
};

use crate::{
    FAILED, failure::Failure, output::Output, part_file::remove_parts, progress::end_bars,
};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};

/// Ctrl-C, or a signal with which a system ends a program or reports that its terminal is gone. Once this exists, none
/// of them ends the program by itself.
#[derive(Debug)]
pub(crate) struct Interrupts {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
    /// `None` once it has arrived, since a shell and the system may both send it; and under `nohup`.
    #[cfg(unix)]
    hangup: Option<Signal>,
    #[cfg(windows)]
    ctrl_c: CtrlC,
}

impl Interrupts {
    /// Listens from now on, in the place of whatever has ended the program at a signal so far.
    ///
    /// # Errors
    /// If the system does not let the program listen for signals.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let interrupts = Self::new();
        let interrupts = interrupts
            .map_err(|error| Failure::new(format!("cannot listen for Ctrl-C: {error}")))?;
        if let Some(early) = EARLY.get() {
            early.stop();
        }
        Ok(interrupts)
    }

    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        let hangup = (!ignores_hangup()).then(|| signal(SignalKind::hangup()));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: hangup.transpose()?,
        })
    }

    #[cfg(windows)]
    fn new() -> io::Result<Self> {
        Ok(Self { ctrl_c: ctrl_c()? })
    }

    /// Waits for a signal. Returns immediately if it arrived before the call.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        let is_hangup = tokio::select! {
            _ = self.interrupt.recv() => false,
            _ = self.terminate.recv() => false,
            _ = hangup => true,
        };
        if is_hangup {
            self.hangup = None;
        }
    }

    /// Waits for a signal. Returns immediately if it arrived before the call.
    #[cfg(windows)]
    pub(crate) async fn next(&mut self) {
        self.ctrl_c.recv().await;
    }
}

/// Returns whether the program was started with this signal ignored, as `nohup` does: it is to go on without its
/// terminal.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    use std::io::IsTerminal as _;

    // Linux shows the ignored signals as bits, of which that of SIGHUP is the first.
    let status = std::fs::read_to_string("/proc/self/status");
    let ignored = status.ok().and_then(|status| {
        let mut lines = status.lines();
        let ignored = lines.find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(ignored.trim(), 16).ok()
    });
    match ignored {
        Some(ignored) => ignored & 1 == 1,
        // Another system does not show them. A program that has no terminal cannot lose it.
        None => {
            !(io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal())
        }
    }
}

/// Ends the program until a command listens itself.
static EARLY: OnceLock<EndOnInterrupt> = OnceLock::new();

/// Has the program end at the first signal with this message, until a command listens itself.
///
/// # Errors
/// If the system does not let the program listen for signals.
pub(crate) fn say_early(message: &'static str, output: &Output) -> Result<(), Failure> {
    if let Some(early) = EARLY.get() {
        lock(&early.0).message = message;
        return Ok(());
    }
    let early = EndOnInterrupt::new(message, output)?;
    // This thread alone sets it.
    let _ = EARLY.set(early);
    Ok(())
}

/// Ends the program at the first signal and says why, until it is stopped.
#[derive(Debug)]
struct EndOnInterrupt(Arc<Mutex<Ending>>);

#[derive(Debug)]
struct Ending {
    is_stopped: bool,
    message: &'static str,
    output: Output,
}

impl EndOnInterrupt {
    /// # Errors
    /// If the system does not let the program listen for signals.
    fn new(message: &'static str, output: &Output) -> Result<Self, Failure> {
        let ending = Arc::new(Mutex::new(Ending {
            is_stopped: false,
            message,
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

    /// Leaves further signals to [`Interrupts`], which must listen already.
    fn stop(&self) {
        lock(&self.0).is_stopped = true;
    }
}

impl Ending {
    fn end(&self) -> ! {
        let _removed = remove_parts();
        end_bars();
        self.output.fail(&Failure::new(self.message));
        process::exit(FAILED.into())
    }
}

fn lock(ending: &Mutex<Ending>) -> MutexGuard<'_, Ending> {
    ending.lock().unwrap_or_else(PoisonError::into_inner)
}
