//! The report of the run, as it goes: the ids of rows, and none of their values.

use std::{fmt, io::Write};

use vibecode_runtime::{Error, Outcome};

/// Counts the outcomes of the rows, and writes what needs attention.
pub(crate) struct Report<'a> {
    out: &'a mut dyn Write,
    pub(crate) created: usize,
    pub(crate) changed: usize,
    pub(crate) unchanged: usize,
    /// Rows with phones that the API cannot remove.
    pub(crate) left_over: usize,
    pub(crate) failed: usize,
    /// Whether a request may still be applied after the run.
    pub(crate) is_open: bool,
}

impl<'a> Report<'a> {
    pub(crate) fn to(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            created: 0,
            changed: 0,
            unchanged: 0,
            left_over: 0,
            failed: 0,
            is_open: false,
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

    /// Reports that several contacts have the key of a row. None of them is changed.
    pub(crate) fn several(&mut self, row: u64, ids: &str) {
        self.skipped(
            row,
            format_args!("these contacts have its key: {ids}: merge them"),
        );
    }

    /// Reports that it is not known whether a row has a contact.
    pub(crate) fn unclear(&mut self, row: u64) {
        self.skipped(
            row,
            "no contact with its key could be read, but one that cannot be read may have it: see `Customer`",
        );
    }

    /// Reports that the change of a row was refused or lost.
    pub(crate) fn failed(&mut self, row: u64, error: &Error) {
        self.failed += 1;
        if error.outcome() == Outcome::NotApplied {
            self.line(row, format_args!("not changed: {error}"));
        } else {
            self.is_open = true;
            self.line(row, format_args!("may be changed: {error}"));
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
            created,
            changed,
            unchanged,
            left_over,
            failed,
            ..
        } = *self;
        self.write(format_args!(
            "created {created}, changed {changed}, unchanged {unchanged}, failed {failed}; with phones to be removed in Bitrix24 {left_over}"
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
