//! What somebody has reviewed: `--plan` prints a digest of it, and `--reviewed` compares it before anything is sent.
//!
//! The digest has two parts, such as `1f09d2c4-77ab03e9`. The first is that of the changes which the rows request. The
//! second is that of the changes in the records as they are: the portal, and for each row the old and the new values. So
//! a difference can be explained: other rows, or other records.

use std::{collections::HashSet, fmt::Write as _};

use sha2::{Digest as _, Sha256};

use super::{
    before_sending::{Reading, RowsToSend},
    check::Checked,
    input::{columns::ColumnOptions, row_jobs::RowJobs},
    job::BulkJob,
    journal::{
        past::Past,
        review::{Review, RowDigest},
        row_set::RowSet,
    },
    old_values::{OldValue, RowChanges},
};
use crate::{digest, failure::Failure, plural::number_of};

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
    /// The text of one row. The buffer is reused.
    text: String,
    /// The digest of each row, if they are to be compared or written to the journal.
    rows: Option<Vec<RowDigest>>,
}

impl ReviewDigest {
    /// Returns a digest that also keeps that of each row.
    pub(super) fn of_each_row() -> Self {
        Self {
            rows: Some(Vec::new()),
            ..Self::default()
        }
    }

    fn into_rows(self) -> Vec<RowDigest> {
        self.rows.unwrap_or_default()
    }

    /// Adds what a row would change in its record. `refused` are the fields for which it would fail.
    pub(super) fn add(
        &mut self,
        line: u64,
        record: &str,
        changes: &RowChanges<'_>,
        refused: &[String],
    ) {
        let _ = write!(self.text, "{line} {record}");
        for change in &changes.changed {
            let old = match &change.old {
                OldValue::Known(old) => old.json(),
                OldValue::Unknown(_) => "?".to_owned(),
            };
            let _ = write!(self.text, " {} {old} {}", change.field, change.new);
        }
        for addition in &changes.added {
            let _ = write!(self.text, " {} + {:?}", addition.field, addition.value);
        }
        if !refused.is_empty() {
            let _ = write!(self.text, " fails for {refused:?}");
        }
        self.end_row(line);
    }

    /// Adds a row whose record does not exist.
    pub(super) fn add_missing(&mut self, line: u64) {
        let _ = write!(self.text, "{line} -");
        self.end_row(line);
    }

    fn end_row(&mut self, line: u64) {
        self.text.push('\n');
        self.hash.update(&self.text);
        if let Some(rows) = &mut self.rows {
            let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(&self.text).into();
            rows.push((line, u32::from_be_bytes([a, b, c, d])));
        }
        self.text.clear();
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
        let preview = self
            .read_for_review(checked, column_options, RowsToSend::Next(past))
            .await?;
        let now = self.reviewed(checked, &preview);
        if now == *reviewed {
            let rows = preview.into_rows();
            let review = Review {
                digest: now,
                rows: u64::try_from(rows.len()).unwrap_or(u64::MAX),
                limit: self.args.limit,
            };
            return Ok(Some(Reviewed { review, rows }));
        }
        let rows = |text: &str| text.split('-').next().map(str::to_owned);
        let what = if rows(&now) == rows(reviewed) {
            "the records are not as they were, the job has sent rows since, or --limit or --overwrite-newer is another one"
        } else {
            "the rows request other changes: the file, an option or a file in the folder vibecode has changed"
        };
        Err(Failure::new(format!(
            "what would be sent is not what was reviewed: {what}. Nothing was sent. To review it again: {}",
            self.command_to_review()
        )))
    }

    /// Checks that the rows that an earlier process has not sent would change in their records what was reviewed.
    ///
    /// # Errors
    /// If one would not, if the journal has lost what was reviewed of a row, or if a record cannot be read.
    async fn check_rows_left(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        past: &Past,
        review: &Review,
    ) -> Result<(), Failure> {
        let to_review = || self.command_to_review().without(&["limit"]);
        let lost = past.reviewed.missing();
        if lost > 0 {
            return Err(Failure::new(format!(
                "the job was reviewed as {}, and the journal has lost what was reviewed of {}, though rows may have been sent since: nothing was sent now. To review what is left: {}",
                review.digest,
                number_of(lost, "row", "rows"),
                to_review()
            )));
        }
        let left = self.reviewed_rows_left(checked, column_options, past)?;
        if !left.is_empty() {
            let left = RowsToSend::Only(left);
            let now = self.read_for_review(checked, column_options, left).await?;
            let now = now.into_rows();
            let is_other =
                |(row, digest): &&RowDigest| past.reviewed.digest_of(*row) != Some(*digest);
            let other: Vec<u64> = now.iter().filter(is_other).map(|it| it.0).collect();
            if let [first, ..] = other[..] {
                let or_newer = match self.input.origin {
                    Some(_) => ", or --overwrite-newer is another one",
                    None => "",
                };
                return Err(Failure::new(format!(
                    "the job was reviewed as {}, and the records of {} of the rows that are left are not as they were (the first is row {first}){or_newer}: nothing was sent. To review what is left: {}",
                    review.digest,
                    other.len(),
                    to_review()
                )));
            }
        }
        if let Some(limit) = past.reviewed.limit() {
            self.output.warn(format!(
                "the job was reviewed with --limit {limit}: rows that this did not cover are sent whatever their records have"
            ));
        }
        Ok(())
    }

    /// Returns the rows that were reviewed and have not been sent. A row whose record an earlier row was sent to is not
    /// among them: the job itself has changed the record since.
    fn reviewed_rows_left(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        past: &Past,
    ) -> Result<RowSet, Failure> {
        let is_sent = |row: u64| past.done.contains(row) || past.open.contains(row);
        let repeated = checked.repeated.records();
        let mut sent_to = HashSet::new();
        let mut left = RowSet::default();
        let mut row_jobs = RowJobs::open(self.input, column_options)?;
        while let Some(row_job) = row_jobs.next()? {
            let Ok((id, _)) = row_job.change else {
                continue;
            };
            if is_sent(row_job.line) {
                if repeated.rows(id).is_some() {
                    sent_to.insert(id);
                }
            } else if past.reviewed.digest_of(row_job.line).is_some() && !sent_to.contains(&id) {
                left.insert(row_job.line);
            }
        }
        Ok(left)
    }

    async fn read_for_review(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        rows: RowsToSend<'_>,
    ) -> Result<ReviewDigest, Failure> {
        let quiet = self.output.quiet();
        let reading = Reading::ToCompare;
        let preview = self.read_preview(checked, column_options, rows, reading, &quiet);
        Ok(preview.await?.into_digest())
    }
}

/// What was reviewed, with the digest of each row.
#[derive(Debug)]
pub(super) struct Reviewed {
    pub(super) review: Review,
    pub(super) rows: Vec<RowDigest>,
}
