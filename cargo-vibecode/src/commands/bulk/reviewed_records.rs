//! Compares the records of a reviewed job with what was reviewed: before it is resumed, and just before rows are sent.
//!
//! A row that was never sent must find in its record what the review has shown. A row that was sent and had no answer may
//! also find its own values, and a row about a record to which the job has sent other rows since, their values. Anything
//! else was changed by somebody, and would be overwritten although nobody has reviewed that.
//!
//! Example: the review has shown `contacts/71 post: Clerk → Director` for row 2. The job was killed while row 2 was under
//! way. When it is resumed, the post may be `Clerk` or `Director`. If it is `Chief`, nothing is sent.

use std::collections::HashSet;

use vibecode_runtime::{PatchJob, RawAnswer};

use super::{
    backup::written::WrittenByRecord,
    before_sending::ReadPurpose,
    check::Checked,
    input::columns::ColumnOptions,
    job::BulkJob,
    journal::{
        past::Past,
        review::{PastReview, Review},
        row_set::RowSet,
    },
    old_values::RowChanges,
    records::{FoundRecord, RecordReader, RowRecord},
    repeated::RepeatedRecords,
    reviewed::{RowReview, digest_of_missing},
    row_name::record_name,
    send::plan::{Plan, Selection},
};
use crate::{change::PIPELINE, failure::Failure, plural::number_of, progress::RequestProgress};

/// What the records of reviewed rows should have.
#[derive(Debug)]
pub(super) struct ReviewedRecords<'a> {
    reviewed: &'a PastReview,
    /// The rows that were sent and had no answer.
    open: &'a RowSet,
    /// What rows of the job that may have been sent write to records with several rows.
    written: WrittenByRecord,
    /// The records with several rows, if rows are sent in between. If there is no room for the values of one, only its first
    /// row is compared: the others may find what this process has sent.
    repeated: Option<&'a RepeatedRecords>,
    /// The records with several rows of which one was compared.
    compared: HashSet<u64>,
    overwrites_newer: bool,
}

/// The rows that are left of a job and would not change what was reviewed.
#[derive(Debug, Default)]
struct ChangedRows {
    count: u64,
    /// The name of the first of them.
    first: Option<String>,
    /// The name of the first of them that was sent and had no answer.
    first_open: Option<String>,
}

impl ChangedRows {
    fn add(&mut self, row: &RowRecord, is_open: bool) {
        self.count += 1;
        self.first.get_or_insert_with(|| row.name());
        if is_open {
            self.first_open.get_or_insert_with(|| row.name());
        }
    }
}

impl BulkJob<'_> {
    /// Checks that the rows that are left of a reviewed job would change in their records what was reviewed.
    ///
    /// # Errors
    /// If one would not, if the journal has lost what was reviewed of a row, or if a record cannot be read.
    pub(super) async fn check_rows_left(
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
        let changed = self.rows_not_as_reviewed(checked, column_options, past);
        let changed = changed.await?;
        if let Some(first) = changed.first {
            let or_newer = match self.input.origin {
                Some(_) => ", or --overwrite-newer is another one",
                None => "",
            };
            let open = changed.first_open.map_or_else(String::new, |row| {
                format!(
                    ", and {row} was sent before and had no answer, and its record has neither what was reviewed nor what the row sets"
                )
            });
            return Err(Failure::new(format!(
                "the job was reviewed as {}, and the records of {} of the rows that are left are not as they were (the first is {first}){or_newer}: nothing was sent{open}. To review what is left: {}",
                review.digest,
                changed.count,
                to_review()
            )));
        }
        if let Some(limit) = past.reviewed.limit() {
            self.output.warn(format!(
                "the job was reviewed with --limit {limit}: rows that this did not cover are sent whatever their records have"
            ));
        }
        Ok(())
    }

    /// Finds the rows that are left and would not change what was reviewed.
    async fn rows_not_as_reviewed(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        past: &Past,
    ) -> Result<ChangedRows, Failure> {
        let mut changed = ChangedRows::default();
        let mut left = past.reviewed.rows();
        past.done.iter().for_each(|row| left.remove(row));
        if left.is_empty() {
            return Ok(changed);
        }
        let mut records = ReviewedRecords {
            reviewed: &past.reviewed,
            open: &past.open,
            written: self.written_since_review(checked, column_options, past)?,
            repeated: None,
            compared: HashSet::new(),
            overwrites_newer: self.args.overwrite_newer,
        };
        let (client, count) = (self.client()?, left.len());
        let plan = Plan::new(self.input, column_options, checked, Selection::Only(left))?;
        let activity = ReadPurpose::ToCompare.activity();
        let progress = RequestProgress::new(activity, "rows", count, &self.throttle, self.output);
        let mut reader = RecordReader::new(client, plan, progress);
        while let Some(read) = reader.next().await? {
            for row in read {
                // A row whose record cannot be read fails before it is sent.
                let is_read = !matches!(row.record, FoundRecord::NotRead(_));
                let reviewed = records.have_what_was_reviewed(&row, column_options);
                if is_read && reviewed == Some(false) {
                    changed.add(&row, past.open.contains(row.number));
                }
            }
        }
        Ok(changed)
    }

    /// Returns what the records should have when their rows are sent. `None` if no row was reviewed. `written` is what all
    /// rows of the file write.
    pub(super) fn reviewed_records<'a>(
        &self,
        past: &'a Past,
        written: &WrittenByRecord,
        checked: &'a Checked,
    ) -> Option<ReviewedRecords<'a>> {
        if past.reviewed.is_empty() {
            return None;
        }
        Some(ReviewedRecords {
            reviewed: &past.reviewed,
            open: &past.open,
            written: written.clone(),
            repeated: Some(checked.repeated.records()),
            compared: HashSet::new(),
            overwrites_newer: self.args.overwrite_newer,
        })
    }

    /// Returns what the rows that were sent since the review, or whose requests from before may still be applied, write to
    /// records with several rows.
    fn written_since_review(
        &self,
        checked: &Checked,
        column_options: &ColumnOptions<'_>,
        past: &Past,
    ) -> Result<WrittenByRecord, Failure> {
        let mut sent = past.sent_since_review.clone();
        sent.insert_all(&past.open);
        if checked.repeated.records().is_empty() || sent.is_empty() {
            return Ok(WrittenByRecord::default());
        }
        let plan = Plan::new(self.input, column_options, checked, Selection::Only(sent))?;
        WrittenByRecord::of(plan, checked.repeated.records())
    }
}

impl ReviewedRecords<'_> {
    /// Returns whether the record of a row has what the review has shown, or what the job has sent since. `None` if the row
    /// was not reviewed.
    pub(super) fn have_what_was_reviewed(
        &mut self,
        row: &RowRecord,
        options: &ColumnOptions<'_>,
    ) -> Option<bool> {
        let expected = self.reviewed.digest_of(row.number)?;
        Some(self.is_as_reviewed(expected, row, options))
    }

    /// Returns whether a record is in a pipeline that rows of the job set.
    pub(super) fn has_moved(&self, job: &PatchJob, record: &RawAnswer) -> bool {
        let sent = self.written.values_of(job.id());
        sent.is_some_and(|it| it.any_is_in(job, PIPELINE, record))
    }

    fn is_as_reviewed(
        &mut self,
        expected: u32,
        row: &RowRecord,
        options: &ColumnOptions<'_>,
    ) -> bool {
        let reviewed = self.reviewed;
        let id = row.job.id();
        let repeated = self.repeated.and_then(|it| it.rows(id));
        let is_later_row = repeated.is_some() && !self.compared.insert(id);
        let Some(record) = row.record.record() else {
            return expected == digest_of_missing(row.number);
        };
        let changes = RowChanges::of(&row.job, record, options.schema);
        let written = row.written.as_ref().filter(|_| !self.overwrites_newer);
        let refused = written.map_or_else(Vec::new, |it| it.changed_since(&row.job, record));
        let name = record_name(row.job.entity(), row.job.id());
        let review = RowReview {
            number: row.number,
            record: &name,
            changes: &changes,
            refused: &refused,
        };
        if review.digest() == expected {
            return true;
        }
        let is_open = self.open.contains(row.number);
        if is_open && changes.changed.is_empty() && changes.added.is_empty() {
            return true;
        }
        let Some(sent) = self.written.values_of(id) else {
            // Nothing else was sent to the record, or there was no room for what was.
            return is_later_row;
        };
        let is_sent = |field: &str| sent.any_is_in(&row.job, field, record);
        let is_reviewed = |digest: u32| reviewed.has_change(row.number, digest);
        let RowChanges { changed, added } = &changes;
        changed
            .iter()
            .all(|it| is_sent(&it.field) || is_reviewed(review.digest_of_change(it)))
            && added
                .iter()
                .all(|it| is_reviewed(review.digest_of_addition(it)))
    }
}
