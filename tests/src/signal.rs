//! Sends signals to processes that a test has started.

use std::{
    io,
    process::{Child, Command},
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
