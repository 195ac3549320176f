//! A fingerprint of each row that was checked, so that a row that has changed since is not sent.
//!
//! Four bytes a row: a million rows take 4 MB. The hash of the whole file is compared too, but only
//! once all rows have been read again, which is after most of them were sent.

use super::rows::Record;

/// The fingerprints of the rows, in the order of the file.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints(Vec<u32>);

impl Fingerprints {
    /// Adds the next row.
    pub(crate) fn push(&mut self, row: &Record) {
        self.0.push(row.fingerprint());
    }

    /// Returns true if this was the row with this index when the rows were checked.
    pub(crate) fn matches(&self, index: usize, row: &Record) -> bool {
        self.0.get(index) == Some(&row.fingerprint())
    }

    /// Returns the number of rows.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
