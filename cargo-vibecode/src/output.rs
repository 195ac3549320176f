//! The output: text and tables for people, JSON for programs.

mod table;

use std::{
    io::{self, IsTerminal as _, Write},
    sync::OnceLock,
};

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    progress::beside_bar,
    terminal_text::{shown, shown_in_json},
};

/// The format of the results.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text and tables for people.
    #[default]
    Human,
    /// JSON for programs: the last line of standard output is the result, lines before it are events.
    Json,
}

/// The destination of results.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    format: Format,
    is_quiet: bool,
}

/// The first error of a write to standard output. A command that has lost a part of its result must
/// not end as if it had succeeded.
static WRITE_ERROR: OnceLock<io::Error> = OnceLock::new();

impl Output {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            is_quiet: false,
        }
    }

    /// Returns an output for a step of another command, which prints its own result.
    pub(crate) fn quiet(&self) -> Self {
        Self {
            is_quiet: true,
            format: self.format,
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Returns whether this is a step of another command, which prints nothing.
    pub(crate) fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    /// Prints a line, in human format only.
    pub(crate) fn line(&self, text: impl AsRef<str>) {
        if !self.is_json() && !self.is_quiet {
            print(&shown(text.as_ref()));
        }
    }

    /// Prints a line to standard error, in human format only: standard output may have the records of a command.
    pub(crate) fn line_to_stderr(&self, text: impl AsRef<str>) {
        if !self.is_json() && !self.is_quiet {
            print_to_stderr(&shown(text.as_ref()));
        }
    }

    /// Prints the result, in JSON format only. It is the last line of a command.
    pub(crate) fn json(&self, document: &Value) {
        if self.is_json() && !self.is_quiet {
            print(&shown_in_json(&document.to_string()));
        }
    }

    /// Prints a line that precedes the result, in JSON format only.
    pub(crate) fn event(&self, name: &str, mut fields: Value) {
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("event".to_owned(), name.into());
        }
        self.json(&fields);
    }

    /// Prints a table with a head, in human format only.
    pub(crate) fn table(&self, head: &[&str], rows: &[Vec<String>]) {
        if !self.is_json() && !self.is_quiet {
            print(shown(&table::text(head, rows, table::width())).trim_end());
        }
    }

    /// Prints a warning to standard error, in either format.
    pub(crate) fn warn(&self, text: impl AsRef<str>) {
        self.complain("warning", text.as_ref());
    }

    /// Prints why the command failed.
    pub(crate) fn fail(&self, failure: &Failure) {
        let message = failure.to_string();
        self.json(&json!({ "error": message }));
        self.complain("error", &message);
    }

    fn complain(&self, kind: &str, message: &str) {
        if self.is_json() {
            let event = json!({ "event": kind, "message": message });
            print_to_stderr(&shown_in_json(&event.to_string()));
        } else {
            print_to_stderr(&shown(&format!("{kind}: {message}")));
        }
    }
}

/// Writes a line to standard output. An error is kept for [`written`], so that the command can go on:
/// rows that are being sent must still be journaled.
fn print(text: &str) {
    let write = || writeln!(io::stdout().lock(), "{text}");
    // The bar is on the terminal, and a file of results is not: the bar need not make room for it.
    note(if io::stdout().is_terminal() {
        beside_bar(write)
    } else {
        write()
    });
}

/// Writes text to standard output as it is. An error is kept for [`written`].
pub(crate) fn print_raw(text: &[u8]) {
    note(io::stdout().lock().write_all(text));
}

/// Keeps the error of a write to standard output for [`written`]. A reader that has closed the pipe needs
/// no further output, which is not an error.
pub(crate) fn note(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        let _ = WRITE_ERROR.set(error);
    }
}

/// Checks that everything was written to standard output.
///
/// # Errors
/// If a part was not.
pub(crate) fn written() -> Result<(), Failure> {
    note(io::stdout().lock().flush());
    WRITE_ERROR.get().map_or(Ok(()), |error| {
        Err(Failure::new(format!(
            "the output is not complete: cannot write to standard output: {error}"
        )))
    })
}

fn print_to_stderr(text: &str) {
    let _ = beside_bar(|| writeln!(io::stderr().lock(), "{text}"));
}
