//! The limits of the benchmarks.

use std::{fmt, io, process::ExitCode};

/// A limit as a table shows it.
#[must_use]
pub fn shown(limit: impl fmt::Display, is_kept: bool) -> String {
    let missed = if is_kept { "" } else { ", missed" };
    format!("{limit}{missed}")
}

/// The exit code of a benchmark: it fails if a limit is exceeded, or if it could not run.
#[allow(clippy::print_stderr, reason = "this ends a program of ours")]
#[must_use]
pub fn exit_code(is_kept: io::Result<bool>) -> ExitCode {
    match is_kept {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
