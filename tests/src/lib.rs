//! Tests of what the crates promise, through their public API. The text below is the README, so that
//! its samples are compiled and run.
#![doc = include_str!("../../README.md")]

pub mod children;
pub mod generated;
pub mod guide;
pub mod limit;
pub mod printed_commands;
pub mod ratio;
pub mod scale;
pub mod servers;
pub mod signal;
pub mod skip;
pub mod world;

use std::{env, io, process::Command};

/// Counts the instructions of one round of this program under valgrind's callgrind, run with these
/// arguments. Only code inside functions named `measured…` is counted.
///
/// # Errors
/// If valgrind is not installed, or the program fails.
pub fn instructions(words: &[&str], rounds: u64) -> io::Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*measured*")
        .arg(env::current_exe()?)
        .args(words)
        .output()
        .map_err(|error| io::Error::other(format!("valgrind cannot be run: {error}")))?;
    let printed = String::from_utf8_lossy(&output.stderr);
    let total = printed
        .lines()
        .find_map(|line| line.split_once("Collected : "))
        .and_then(|(_, total)| total.trim().parse::<u64>().ok());
    match total {
        Some(total) if output.status.success() => Ok(total / rounds.max(1)),
        _ => Err(io::Error::other(printed.into_owned())),
    }
}
