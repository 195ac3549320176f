//! Sends signals to processes that a test has started.

use std::{
    fs, io,
    process::{Child, Command},
};

/// Returns the names of the signals that end a command whose output is a pipe. A command ignores `HUP` if the tests do,
/// because `nohup` has started them. On other systems than Linux a program does not see whether `HUP` is ignored, so
/// without a terminal it leaves that signal as it is.
#[must_use]
pub fn ending() -> Vec<&'static str> {
    let mut names = vec!["INT", "TERM"];
    if cfg!(target_os = "linux") && !is_hup_ignored() {
        names.push("HUP");
    }
    names
}

fn is_hup_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 == 1)
}

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
