//! Sends signals to processes that a test has started.

use std::{
    io,
    process::{Child, Command},
};

/// The names of the signals that end a command whose output is a pipe. On other systems than Linux a program does not
/// see whether `HUP` is ignored, so without a terminal it leaves that signal as it is.
pub const ENDING: &[&str] = if cfg!(target_os = "linux") {
    &["INT", "TERM", "HUP"]
} else {
    &["INT", "TERM"]
};

/// Sends the signal of this name, such as `INT`, with the shell's built-in `kill`, since not every machine
/// has the program `kill`.
///
/// # Errors
/// If the signal cannot be sent.
pub fn send(name: &str, child: &Child) -> io::Result<()> {
    let id = child.id().to_string();
    let kill = ["-c", "kill -s \"$0\" \"$1\"", name, &id];
    if Command::new("sh").args(kill).status()?.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{name} was not sent to {id}")))
    }
}
