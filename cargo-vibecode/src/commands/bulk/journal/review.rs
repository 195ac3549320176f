//! What was reviewed before a job: a short digest of what each row changes in its record, so that the rows that are left
//! can be compared when the job is resumed.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::row_set::Ranges;

/// The number of rows of one line of the journal.
const ROWS_PER_LINE: usize = 1000;
/// The number of hexadecimal digits of a row.
const DIGITS: usize = 8;

/// What was reviewed, in the first line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Review {
    /// What `--reviewed` was given.
    pub(crate) digest: String,
    /// The number of rows whose digests follow.
    pub(crate) rows: u64,
    /// The `--limit` of the review. Rows beyond it were not reviewed.
    pub(crate) limit: Option<u64>,
}

/// A row and the digest of what it changes in its record.
pub(crate) type RowDigest = (u64, u32);

/// The digests of some rows, as they are written.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReviewedRows {
    pub(super) at: u64,
    rows: Ranges,
    digests: String,
}

impl ReviewedRows {
    /// Returns the digests in lines.
    pub(super) fn lines(rows: &[RowDigest], at: u64) -> impl Iterator<Item = Self> {
        rows.chunks(ROWS_PER_LINE).map(move |rows| {
            let mut digests = String::with_capacity(rows.len() * DIGITS);
            for (_, digest) in rows {
                let _ = write!(digests, "{digest:08x}");
            }
            let rows = rows.iter().map(|(row, _)| *row).collect();
            Self { at, rows, digests }
        })
    }

    /// Returns the rows with their digests. One without a digest is left out: the journal says how many there are.
    pub(super) fn rows(&self) -> impl Iterator<Item = RowDigest> {
        let digests = self.digests.as_bytes().chunks(DIGITS);
        let digests =
            digests.map(|digits| u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        let rows = self.rows.iter().zip(digests);
        rows.filter_map(|(row, digest)| Some((row, digest?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_read_as_they_were_written() {
        let rows: Vec<RowDigest> = (2..2500)
            .filter(|row| row % 7 != 0)
            .map(|row| (row, u32::try_from(row).unwrap().wrapping_mul(2_654_435_761)))
            .collect();
        let lines: Vec<String> = ReviewedRows::lines(&rows, 5)
            .map(|line| serde_json::to_string(&line).unwrap())
            .collect();
        assert_eq!(lines.len(), 3);
        let lines = lines.iter().map(|line| serde_json::from_str(line).unwrap());
        let read: Vec<RowDigest> = lines
            .flat_map(|line: ReviewedRows| line.rows().collect::<Vec<_>>())
            .collect();
        assert_eq!(read, rows);
    }
}
