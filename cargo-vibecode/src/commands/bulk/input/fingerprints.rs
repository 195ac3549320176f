//! A fingerprint of the header and of each row that was checked, so that a row that has changed since is
//! not sent, nor any row under a header that has changed.
//!
//! Four bytes a row: a million rows take 4 MB. The hash of the whole file is compared too, but only
//! once all rows have been read again, which is after most of them were sent.

use super::rows::Record;

/// The fingerprints of the rows, in the order of the file.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints {
    /// `None` before the file has been read. JSON Lines have an empty header.
    header: Option<u32>,
    rows: Vec<u32>,
}

impl Fingerprints {
    /// Sets the header that was read before the rows.
    pub(crate) fn set_header(&mut self, header: &Record) {
        self.header = Some(header.fingerprint());
    }

    /// Returns true if this was the header when the rows were checked.
    pub(crate) fn matches_header(&self, header: &Record) -> bool {
        self.header == Some(header.fingerprint())
    }

    /// Adds the next row.
    pub(crate) fn push(&mut self, row: &Record) {
        self.rows.push(row.fingerprint());
    }

    /// Returns true if this was the row with this index when the rows were checked.
    pub(crate) fn matches(&self, index: usize, row: &Record) -> bool {
        self.rows.get(index) == Some(&row.fingerprint())
    }

    /// Returns the number of rows.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}
