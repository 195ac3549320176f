//! What was reviewed before rows were sent: a short digest of what each row changes in its record, so that the rows that
//! are left can be compared when the job is resumed.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

use serde::{Deserialize, Serialize};

use super::row_set::{Ranges, RowSet};

/// The number of rows of one line of the journal.
const ROWS_PER_LINE: usize = 1000;
/// The number of hexadecimal digits of a row.
const DIGITS: usize = 8;

/// What was reviewed: in the first line of the journal, or in a line of its own if the review was given to `--resume`.
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

/// The digests of rows that were reviewed.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowDigests {
    pub(crate) rows: Vec<RowDigest>,
    /// The digests of the single changes of rows about records with several rows: once one of these is sent, the others
    /// find values that the review did not know beside those that it did.
    pub(crate) changes: HashMap<u64, Vec<u32>>,
}

/// The digests of some rows, as they are written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "WrittenRows", into = "WrittenRows")]
pub(crate) struct ReviewedRows {
    pub(super) at: u64,
    digests: RowDigests,
}

impl ReviewedRows {
    /// Returns the digests in lines.
    pub(super) fn lines(digests: &RowDigests, at: u64) -> impl Iterator<Item = Self> {
        digests.rows.chunks(ROWS_PER_LINE).map(move |rows| {
            let changes = rows.iter().filter_map(|(row, _)| {
                let of_row = digests.changes.get(row)?;
                Some((*row, of_row.clone()))
            });
            let digests = RowDigests {
                rows: rows.to_vec(),
                changes: changes.collect(),
            };
            Self { at, digests }
        })
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct WrittenRows {
    at: u64,
    rows: Ranges,
    digests: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    changes: BTreeMap<u64, String>,
}

/// Writes digests one after another.
fn in_hex(digests: impl Iterator<Item = u32>) -> String {
    let mut hex = String::new();
    for digest in digests {
        let _ = write!(hex, "{digest:08x}");
    }
    hex
}

/// Reads what [`in_hex`] has written. `None` if it is something else.
fn of_hex(hex: &str) -> Option<Vec<u32>> {
    let read = |digits: &[u8]| {
        let is_digest = digits.len() == DIGITS && digits.iter().all(u8::is_ascii_hexdigit);
        let digits = str::from_utf8(digits).ok().filter(|_| is_digest)?;
        u32::from_str_radix(digits, 16).ok()
    };
    hex.as_bytes().chunks(DIGITS).map(read).collect()
}

impl From<ReviewedRows> for WrittenRows {
    fn from(ReviewedRows { at, digests }: ReviewedRows) -> Self {
        let RowDigests { rows, changes } = digests;
        let changes = changes.into_iter();
        Self {
            at,
            rows: rows.iter().map(|(row, _)| *row).collect(),
            digests: in_hex(rows.iter().map(|(_, digest)| *digest)),
            changes: changes
                .map(|(row, digests)| (row, in_hex(digests.into_iter())))
                .collect(),
        }
    }
}

impl TryFrom<WrittenRows> for ReviewedRows {
    type Error = &'static str;

    fn try_from(written: WrittenRows) -> Result<Self, Self::Error> {
        let digests = of_hex(&written.digests).ok_or("no digests")?;
        // A short list of ranges may stand for very many rows.
        let lines: Vec<u64> = written.rows.iter().take(digests.len() + 1).collect();
        if lines.len() != digests.len() {
            return Err("not one digest for each row");
        }
        let changes = written.changes.into_iter();
        let changes = changes.map(|(row, digests)| Some((row, of_hex(&digests)?)));
        Ok(Self {
            at: written.at,
            digests: RowDigests {
                rows: lines.into_iter().zip(digests).collect(),
                changes: changes.collect::<Option<_>>().ok_or("no digests")?,
            },
        })
    }
}

/// What the journal says of the reviews of a job. If a review was given to `--resume`, it replaces the digests of the
/// rows that it covers: without `--limit`, those are all rows that were left.
#[derive(Debug, Default)]
pub(crate) struct PastReview {
    /// The latest.
    pub(crate) review: Option<Review>,
    /// The digests, in the order of the rows after [`PastReview::conclude`].
    digests: RowDigests,
    /// The number of digests that were written and have not been read.
    missing: u64,
    /// Whether rows were never reviewed, as `--limit` said.
    is_partial: bool,
}

impl PastReview {
    /// Adds a review, whose digests follow.
    pub(super) fn begin(&mut self, review: Review) {
        let is_first = self.review.is_none();
        if review.limit.is_none() {
            self.digests = RowDigests::default();
            self.missing = 0;
            self.is_partial = false;
        } else if is_first {
            self.is_partial = true;
        }
        self.missing = self.missing.saturating_add(review.rows);
        self.review = Some(review);
    }

    /// Adds a review with its digests.
    pub(crate) fn review(&mut self, review: Review, digests: RowDigests) {
        self.begin(review);
        self.add_digests(digests);
        self.conclude();
    }

    /// Adds digests of the latest review.
    pub(super) fn add(&mut self, rows: ReviewedRows) {
        self.add_digests(rows.digests);
    }

    fn add_digests(&mut self, digests: RowDigests) {
        let read = u64::try_from(digests.rows.len()).unwrap_or(u64::MAX);
        self.missing = self.missing.saturating_sub(read);
        for (row, _) in &digests.rows {
            self.digests.changes.remove(row);
        }
        self.digests.rows.extend(digests.rows);
        self.digests.changes.extend(digests.changes);
    }

    /// Brings the digests into the order of the rows, and keeps the latest of each.
    pub(super) fn conclude(&mut self) {
        let rows = &mut self.digests.rows;
        rows.reverse();
        rows.sort_by_key(|(row, _)| *row);
        rows.dedup_by_key(|(row, _)| *row);
    }

    /// Returns whether no row was reviewed.
    pub(crate) fn is_empty(&self) -> bool {
        self.digests.rows.is_empty()
    }

    /// Returns the rows whose digests are known.
    pub(crate) fn rows(&self) -> RowSet {
        let mut rows = RowSet::default();
        self.digests.rows.iter().for_each(|it| rows.insert(it.0));
        rows
    }

    /// Returns the digest of a row if it was reviewed.
    pub(crate) fn digest_of(&self, row: u64) -> Option<u32> {
        let rows = &self.digests.rows;
        let found = rows.binary_search_by_key(&row, |it| it.0).ok()?;
        rows.get(found).map(|it| it.1)
    }

    /// Returns whether this is the digest of one of the changes of a row, as they were reviewed.
    pub(crate) fn has_change(&self, row: u64, digest: u32) -> bool {
        let changes = self.digests.changes.get(&row);
        changes.is_some_and(|changes| changes.contains(&digest))
    }

    /// Returns the number of digests that the journal has lost.
    pub(crate) fn missing(&self) -> u64 {
        self.missing
    }

    /// Returns the limit of the latest review if there are rows that no review has covered.
    pub(crate) fn limit(&self) -> Option<u64> {
        self.review.as_ref()?.limit.filter(|_| self.is_partial)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(rows: &[RowDigest]) -> impl Iterator<Item = ReviewedRows> {
        let changes = rows.iter().filter(|(row, _)| row % 2 == 0);
        let digests = RowDigests {
            rows: rows.to_vec(),
            changes: changes
                .map(|(row, digest)| (*row, vec![*digest, 7]))
                .collect(),
        };
        let lines: Vec<String> = ReviewedRows::lines(&digests, 5)
            .map(|line| serde_json::to_string(&line).unwrap())
            .collect();
        lines
            .into_iter()
            .map(|line| serde_json::from_str(&line).unwrap())
    }

    #[test]
    fn digests_are_read_as_they_were_written() {
        let rows: Vec<RowDigest> = (2..2500)
            .filter(|row| row % 7 != 0)
            .map(|row| (row, u32::try_from(row).unwrap().wrapping_mul(2_654_435_761)))
            .collect();
        assert_eq!(read(&rows).count(), 3);
        let mut past = PastReview::default();
        read(&rows).for_each(|line| past.add(line));
        assert_eq!(past.digests.rows, rows);
        assert_eq!(
            past.digests.changes.len(),
            rows.iter().filter(|it| it.0 % 2 == 0).count()
        );
        assert!(past.has_change(2, rows[0].1) && past.has_change(2, 7) && !past.has_change(3, 7));
    }

    #[test]
    fn a_line_that_does_not_have_one_digest_for_each_row_is_not_read() {
        for (rows, digests) in [
            ("2-3", "0000000a"),
            ("2", "0000000a0000000b"),
            ("2-3", "0000000a0000000"),
            ("2", "+000000a"),
            ("2", "0000000x"),
            ("2-8000000000", "0000000a"),
        ] {
            let line = json!({"at": 1, "rows": rows, "digests": digests});
            let read = serde_json::from_value::<ReviewedRows>(line);
            assert!(read.is_err(), "{rows} {digests}");
        }
    }

    #[test]
    fn a_later_review_replaces_the_digests_of_the_rows_that_it_covers() {
        let review = |rows: u64, limit: Option<u64>| Review {
            digest: "1f09d2c4-77ab03e9".to_owned(),
            rows,
            limit,
        };
        let mut past = PastReview::default();
        past.begin(review(4, None));
        read(&[(2, 1), (3, 1), (4, 1)]).for_each(|it| past.add(it));
        assert_eq!(past.missing(), 1);
        past.begin(review(1, Some(1)));
        read(&[(3, 2)]).for_each(|it| past.add(it));
        past.conclude();
        // What the first has lost is still missing, and it covered the rows beyond the limit.
        assert_eq!((past.missing(), past.limit()), (1, None));
        let digests = [2, 3, 4, 5].map(|row| past.digest_of(row));
        assert_eq!(digests, [Some(1), Some(2), Some(1), None]);
        past.begin(review(1, None));
        read(&[(4, 3)]).for_each(|it| past.add(it));
        past.conclude();
        assert_eq!(past.missing(), 0);
        assert_eq!((past.digest_of(3), past.digest_of(4)), (None, Some(3)));
    }

    #[test]
    fn rows_beyond_a_limit_are_covered_only_by_a_later_review_without_one() {
        let review = |limit: Option<u64>| Review {
            digest: "1f09d2c4-77ab03e9".to_owned(),
            rows: 0,
            limit,
        };
        let mut past = PastReview::default();
        for limit in [Some(2), Some(3), None, Some(4)] {
            past.begin(review(limit));
            let expected = limit.filter(|limit| *limit < 4);
            assert_eq!(past.limit(), expected, "{limit:?}");
        }
    }
}
