//! The error of a command.

use std::{error::Error as _, fmt, io, path::Path};

use vibecode_runtime::ErrorKind;
use vibecode_spec::one_line;

use crate::portal;

/// The problem and the next step. It never contains a key or a value of a record.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    /// Creates the error of a file with this problem.
    pub(crate) fn in_file(path: &Path, problem: impl fmt::Display) -> Self {
        Self::new(format!("{}: {problem}", path.display()))
    }

    /// Creates the error of a file that is not what it should be.
    pub(crate) fn unusable(path: &Path, problem: impl fmt::Display) -> Self {
        Self::new(format!("{} cannot be used: {problem}", path.display()))
    }

    /// Creates the error of a file that cannot be read or written.
    pub(crate) fn of_file(path: &Path, error: &io::Error) -> Self {
        Self::in_file(path, error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<vibecode_runtime::Error> for Failure {
    fn from(error: vibecode_runtime::Error) -> Self {
        Self::new(in_words(&error))
    }
}

/// Returns the message of an error, with the host and the cause if no connection could be made.
pub(crate) fn in_words(error: &vibecode_runtime::Error) -> String {
    let Some(host) = portal::host().filter(|_| error.kind() == ErrorKind::Connect) else {
        return error.to_string();
    };
    let mut cause = error.source();
    while let Some(next) = cause.and_then(std::error::Error::source) {
        cause = Some(next);
    }
    match cause {
        Some(cause) => format!("{error} ({host}: {})", one_line(&cause.to_string())),
        None => format!("{error} ({host})"),
    }
}
