//! What was reviewed before rows were sent: a short digest of what each row changes in its record, so that the rows that
//! are left can be compared when the job is resumed.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::row_set::Ranges;

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

/// The digests of some rows, as they are written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "WrittenRows", into = "WrittenRows")]
pub(crate) struct ReviewedRows {
    pub(super) at: u64,
    rows: Vec<RowDigest>,
}

impl ReviewedRows {
    /// Returns the digests in lines.
    pub(super) fn lines(rows: &[RowDigest], at: u64) -> impl Iterator<Item = Self> {
        rows.chunks(ROWS_PER_LINE).map(move |rows| Self {
            at,
            rows: rows.to_vec(),
        })
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct WrittenRows {
    at: u64,
    rows: Ranges,
    digests: String,
}

impl From<ReviewedRows> for WrittenRows {
    fn from(ReviewedRows { at, rows }: ReviewedRows) -> Self {
        let mut digests = String::with_capacity(rows.len() * DIGITS);
        for (_, digest) in &rows {
            let _ = write!(digests, "{digest:08x}");
        }
        let rows = rows.iter().map(|(row, _)| *row).collect();
        Self { at, rows, digests }
    }
}

impl TryFrom<WrittenRows> for ReviewedRows {
    type Error = &'static str;

    fn try_from(WrittenRows { at, rows, digests }: WrittenRows) -> Result<Self, Self::Error> {
        let mut lines = rows.iter();
        let read = |digits: &[u8]| {
            let is_digest = digits.len() == DIGITS && digits.iter().all(u8::is_ascii_hexdigit);
            let digits = str::from_utf8(digits).ok().filter(|_| is_digest)?;
            Some((lines.next()?, u32::from_str_radix(digits, 16).ok()?))
        };
        let read: Option<Vec<RowDigest>> = digests.as_bytes().chunks(DIGITS).map(read).collect();
        match (read, lines.next()) {
            (Some(rows), None) => Ok(Self { at, rows }),
            (Some(_) | None, _) => Err("not one digest for each row"),
        }
    }
}

/// What the journal says of the reviews of a job. If a review was given to `--resume`, it replaces the digests of the
/// rows that it covers: without `--limit`, those are all rows that were left.
#[derive(Debug, Default)]
pub(crate) struct PastReview {
    /// The latest.
    pub(crate) review: Option<Review>,
    /// The digests, in the order of the rows after [`PastReview::conclude`].
    rows: Vec<RowDigest>,
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
            self.rows.clear();
            self.missing = 0;
            self.is_partial = false;
        } else if is_first {
            self.is_partial = true;
        }
        self.missing = self.missing.saturating_add(review.rows);
        self.review = Some(review);
    }

    /// Adds digests of the latest review.
    pub(super) fn add(&mut self, rows: ReviewedRows) {
        let read = u64::try_from(rows.rows.len()).unwrap_or(u64::MAX);
        self.missing = self.missing.saturating_sub(read);
        self.rows.extend(rows.rows);
    }

    /// Brings the digests into the order of the rows, and keeps the latest of each.
    pub(super) fn conclude(&mut self) {
        self.rows.reverse();
        self.rows.sort_by_key(|(row, _)| *row);
        self.rows.dedup_by_key(|(row, _)| *row);
    }

    /// Returns the digest of a row if it was reviewed.
    pub(crate) fn digest_of(&self, row: u64) -> Option<u32> {
        let found = self.rows.binary_search_by_key(&row, |it| it.0).ok()?;
        self.rows.get(found).map(|it| it.1)
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
        let lines: Vec<String> = ReviewedRows::lines(rows, 5)
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
        let read: Vec<RowDigest> = read(&rows).flat_map(|line| line.rows).collect();
        assert_eq!(read, rows);
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
