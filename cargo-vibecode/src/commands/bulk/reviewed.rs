//! What somebody has reviewed: `--plan` prints a digest of it, and `--reviewed` compares it before anything is sent.
//!
//! The digest has two parts, such as `1f09d2c4-77ab03e9`. The first is that of the changes which the rows request. The
//! second is that of the changes in the records as they are: the portal, and for each row the old and the new values. So
//! a difference can be explained: other rows, or other records.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::{
    before_sending::ReadPurpose,
    check::Checked,
    input::columns::ColumnOptions,
    job::BulkJob,
    journal::{
        past::Past,
        review::{Review, RowDigests},
    },
    old_values::{Addition, FieldChange, OldValue, RowChanges},
};
use crate::{digest, failure::Failure};

/// The number of hexadecimal digits of each part.
const DIGITS: usize = 8;

/// Checks that a text has the form of what `--plan` prints.
pub(super) fn given(text: &str) -> Result<String, String> {
    let is_part = |part: &str| {
        part.len() == DIGITS
            && part
                .bytes()
                .all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
    };
    match text.split_once('-') {
        Some((rows, records)) if is_part(rows) && is_part(records) => Ok(text.to_owned()),
        _ => Err("this is no digest of a review, such as 1f09d2c4-77ab03e9: the last line of `cargo vibecode bulk ENTITY FILE --plan` has it".to_owned()),
    }
}

/// The digest of the changes in the records so far.
#[derive(Debug, Default)]
pub(super) struct ReviewDigest {
    hash: Sha256,
    /// The digests of each row, if they are to be written to the journal.
    rows: Option<RowDigests>,
}

/// What a row would change in its record.
#[derive(Debug)]
pub(super) struct RowReview<'r> {
    pub(super) number: u64,
    pub(super) record: &'r str,
    pub(super) changes: &'r RowChanges<'r>,
    /// The fields for which the row would fail.
    pub(super) refused: &'r [String],
}

impl RowReview<'_> {
    fn text(&self) -> String {
        let mut text = format!("{} {}", self.number, self.record);
        for change in &self.changes.changed {
            text.push_str(&text_of_change(change));
        }
        for addition in &self.changes.added {
            text.push_str(&text_of_addition(addition));
        }
        if !self.refused.is_empty() {
            let _ = write!(text, " fails for {:?}", self.refused);
        }
        text.push('\n');
        text
    }

    /// Returns the digest of the row.
    pub(super) fn digest(&self) -> u32 {
        short_digest(&self.text())
    }

    /// Returns the digests of the single changes.
    fn digests_of_changes(&self) -> Vec<u32> {
        let changed = self.changes.changed.iter();
        let changed = changed.map(|change| self.digest_of_change(change));
        let added = self.changes.added.iter();
        let added = added.map(|addition| self.digest_of_addition(addition));
        changed.chain(added).collect()
    }

    pub(super) fn digest_of_change(&self, change: &FieldChange<'_>) -> u32 {
        short_digest(&format!("{}{}", self.number, text_of_change(change)))
    }

    pub(super) fn digest_of_addition(&self, addition: &Addition) -> u32 {
        short_digest(&format!("{}{}", self.number, text_of_addition(addition)))
    }
}

fn text_of_change(change: &FieldChange<'_>) -> String {
    let old = match &change.old {
        OldValue::Known(old) => old.json(),
        OldValue::Unknown(_) => "?".to_owned(),
    };
    format!(" {} {old} {}", change.field, change.new)
}

fn text_of_addition(addition: &Addition) -> String {
    format!(" {} + {:?}", addition.field, addition.value)
}

/// Returns the text of a row whose record does not exist.
fn text_of_missing(number: u64) -> String {
    format!("{number} -\n")
}

/// Returns the digest of a row whose record does not exist.
pub(super) fn digest_of_missing(number: u64) -> u32 {
    short_digest(&text_of_missing(number))
}

fn short_digest(text: &str) -> u32 {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(text).into();
    u32::from_be_bytes([a, b, c, d])
}

impl ReviewDigest {
    /// Returns a digest that also keeps that of each row.
    pub(super) fn of_each_row() -> Self {
        Self {
            rows: Some(RowDigests::default()),
            ..Self::default()
        }
    }

    fn into_rows(self) -> RowDigests {
        self.rows.unwrap_or_default()
    }

    /// Adds what a row would change in its record. `is_repeated` is whether several rows are about the record.
    pub(super) fn add(&mut self, row: &RowReview<'_>, is_repeated: bool) {
        if let Some(digests) = &mut self.rows
            && is_repeated
        {
            digests.changes.insert(row.number, row.digests_of_changes());
        }
        self.add_text(row.number, &row.text());
    }

    /// Adds a row whose record does not exist.
    pub(super) fn add_missing(&mut self, number: u64) {
        self.add_text(number, &text_of_missing(number));
    }

    /// Adds a row whose record cannot be read.
    pub(super) fn add_not_read(&mut self, number: u64) {
        self.add_text(number, &format!("{number} ?\n"));
    }

    fn add_text(&mut self, number: u64, text: &str) {
        self.hash.update(text);
        if let Some(digests) = &mut self.rows {
            digests.rows.push((number, short_digest(text)));
        }
    }
}

impl BulkJob<'_> {
    /// Returns what `--reviewed` takes for these rows and records.
    pub(super) fn reviewed(&self, checked: &Checked, records: &ReviewDigest) -> String {
        let portal = self.identity.as_ref().and_then(|it| it.portal.as_deref());
        let records = records
            .hash
            .clone()
            .chain_update(portal.unwrap_or_default());
        let mut parts = [checked.changes.in_hex(), digest::in_hex(&records)];
        for part in &mut parts {
            part.truncate(DIGITS);
        }
        parts.join("-")
    }

    /// Checks that what is about to be sent is what was reviewed, if the digest of a review was given, or was when the
    /// job was started. Reads the records for that. Returns the review if the digest was given now.
    ///
    /// # Errors
    /// If it is not, or if a record cannot be read. Nothing has been sent.
    pub(super) async fn check_reviewed(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        past: &Past,
    ) -> Result<Option<Reviewed>, Failure> {
        if past.is_finished {
            return Ok(None);
        }
        let Some(reviewed) = &self.args.reviewed else {
            if let Some(review) = &past.reviewed.review {
                self.check_rows_left(checked, column_options, past, review)
                    .await?;
            }
            return Ok(None);
        };
        let preview = self.read_for_review(checked, column_options, past).await?;
        let now = self.reviewed(checked, &preview);
        if now == *reviewed {
            let rows = preview.into_rows();
            let review = Review {
                digest: now,
                rows: u64::try_from(rows.rows.len()).unwrap_or(u64::MAX),
                limit: self.args.limit,
            };
            return Ok(Some(Reviewed { review, rows }));
        }
        let rows = |text: &str| text.split('-').next().map(str::to_owned);
        let what = if rows(&now) == rows(reviewed) {
            self.why_records_differ()
        } else {
            "the rows request other changes: the file, an option or a file in the folder vibecode has changed".to_owned()
        };
        Err(Failure::new(format!(
            "what would be sent is not what was reviewed: {what}. Nothing was sent. To review it again: {}",
            self.command_to_review()
        )))
    }

    /// Returns what may be why the same rows would change something else in the records. The digest of a review does not
    /// show which records they are.
    fn why_records_differ(&self) -> String {
        let args = self.args;
        let limit = match args.limit {
            Some(_) => "the review was made without --limit or with another one",
            None => "the review was made with --limit",
        };
        let causes = [
            (true, "a record was changed since, or deleted"),
            (args.resume, "the job has sent rows since"),
            (true, limit),
            (
                self.input.origin.is_some() && args.overwrite_newer,
                "the review was made without --overwrite-newer",
            ),
            (
                self.input.origin.is_some() && !args.overwrite_newer,
                "the review was made with --overwrite-newer",
            ),
        ];
        let causes = causes.iter().filter(|(may_be, _)| *may_be);
        let causes: Vec<&str> = causes.map(|(_, cause)| *cause).collect();
        causes.join(", or ")
    }

    async fn read_for_review(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        past: &Past,
    ) -> Result<ReviewDigest, Failure> {
        let quiet = self.output.quiet();
        let purpose = ReadPurpose::ToCompare;
        let preview = self.read_preview(checked, column_options, past, purpose, &quiet);
        Ok(preview.await?.into_digest())
    }
}

/// What was reviewed, with the digest of each row.
#[derive(Debug)]
pub(super) struct Reviewed {
    pub(super) review: Review,
    pub(super) rows: RowDigests,
}
