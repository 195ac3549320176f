//! The report of the run, as it goes: the ids of rows, and none of their values.

use std::{fmt, io::Write};

use vibecode_runtime::{Error, Outcome};

/// Counts the outcomes of the rows, and writes what needs attention.
pub(crate) struct Report<'a> {
    out: &'a mut dyn Write,
    pub(crate) changed: usize,
    pub(crate) unchanged: usize,
    /// Rows with phones that the API cannot remove.
    pub(crate) left_over: usize,
    pub(crate) failed: usize,
}

impl<'a> Report<'a> {
    pub(crate) fn to(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            changed: 0,
            unchanged: 0,
            left_over: 0,
            failed: 0,
        }
    }

    /// Reports phones on the portal that the row no longer has.
    pub(crate) fn left_over(&mut self, row: u64, phones: usize) {
        self.left_over += 1;
        let line = format_args!("phones that only Bitrix24 itself can remove: {phones}");
        self.line(row, line);
    }

    /// Reports an invalid row, or that its contact cannot be read.
    pub(crate) fn skipped(&mut self, row: impl fmt::Display, problem: impl fmt::Display) {
        self.failed += 1;
        self.line(row, format_args!("skipped: {problem}"));
    }

    /// Reports that the change of a row was refused or lost.
    pub(crate) fn failed(&mut self, row: u64, error: &Error) {
        self.failed += 1;
        match error.outcome() {
            Outcome::NotApplied => self.line(row, format_args!("not changed: {error}")),
            _ => self.line(row, format_args!("may be changed: {error}")),
        }
    }

    /// Reports fields for which the portal answered a different value than was sent.
    pub(crate) fn not_taken(&mut self, row: u64, fields: &[&str]) {
        self.failed += 1;
        let fields = fields.join(", ");
        self.line(row, format_args!("not taken by the portal: {fields}"));
    }

    pub(crate) fn totals(&mut self) {
        let Self {
            changed,
            unchanged,
            left_over,
            failed,
            ..
        } = *self;
        self.write(format_args!(
            "changed {changed}, unchanged {unchanged}, failed {failed}; with phones to be removed in Bitrix24 {left_over}"
        ));
    }

    fn line(&mut self, row: impl fmt::Display, text: fmt::Arguments<'_>) {
        self.write(format_args!("row {row}: {text}"));
    }

    /// Ignores errors: the run goes on even if nobody reads the report.
    fn write(&mut self, line: fmt::Arguments<'_>) {
        let _ = writeln!(self.out, "{line}");
    }
}
