//! What is done just before rows are sent, some hundred at a time: their records are read and compared with what was
//! reviewed, with the backup if the rows were sent before, and with the stages that the rows set, and their old values are
//! kept.
//!
//! If this were done for the whole file before its first row, it would say nothing of what somebody else changes while the
//! rows before are sent, which may take hours.

use vibecode_runtime::{PatchJob, RawAnswer};

use super::{
    backup::{Backup, KeptBackup, KeptRecords, KeptRows, KeptValues, NotKept, undone_job},
    check::Checked,
    input::columns::{ColumnOptions, Columns},
    job::{BulkJob, interrupted_before_sending},
    journal::row_set::RowSet,
    pipelines::{RefusedStage, StageCheck},
    records::{FoundRecord, RecordReader, RowRecord},
    refused_rows::RefusedRows,
    reviewed_records::ReviewedRecords,
    send::{
        Mode, Sender, Stopped,
        batch::RowError,
        plan::{Plan, Selection},
    },
};
use crate::failure::Failure;

/// The number of rows whose records are read before they are sent. At 300 requests a minute they are sent some seconds
/// later, and the waits for the last answers in between take little of the time.
pub(super) const ROWS_AT_A_TIME: u64 = 500;

/// What is done before rows are sent.
#[derive(Debug)]
pub(super) struct Preparation<'a> {
    reader: RecordReader<'a>,
    comparison: Comparison<'a>,
    backup: Option<Backup<'a>>,
    /// The backup as it was shown.
    shown: Option<KeptBackup>,
}

/// What the records of rows are compared with.
#[derive(Debug)]
struct Comparison<'a> {
    options: &'a ColumnOptions<'a>,
    reviewed: Option<ReviewedRecords<'a>>,
    /// The old values of rows that an earlier process has sent without an answer.
    kept: Option<KeptValues>,
    /// Whether old values are kept.
    keeps: bool,
    stages: Option<StageCheck<'a>>,
    /// Whether an earlier process has sent the rows, without an answer.
    are_open: bool,
}

/// What was found of the rows that are sent next.
#[derive(Debug)]
struct PreparedRows {
    kept: Option<KeptRows>,
    /// Those that must not be sent.
    refused: RefusedRows,
    /// Those that need not be sent again.
    done: RowSet,
    /// Whether no record of rows that were never sent could be read.
    are_all_unread: bool,
}

impl BulkJob<'_> {
    /// Returns what is to be done before these rows are sent. `None` if nothing is.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) fn preparation<'a>(
        &'a self,
        sender: &Sender<'_>,
        rows: Selection<'a>,
        backup: Option<Backup<'a>>,
        (reviewed, kept): (Option<ReviewedRecords<'a>>, Option<KeptValues>),
        (options, checked): (&'a ColumnOptions<'a>, &'a Checked),
    ) -> Result<Option<Preparation<'a>>, Failure> {
        if reviewed.is_none() && kept.is_none() && backup.is_none() {
            return Ok(None);
        }
        let are_open = matches!(rows, Selection::Only(_));
        let plan = Plan::new(self.input, options, checked, rows)?;
        Ok(Some(Preparation {
            reader: RecordReader::without_progress(sender.client.clone(), plan),
            comparison: Comparison {
                options,
                reviewed,
                kept,
                keeps: backup.is_some(),
                stages: self.stage_check(checked),
                are_open,
            },
            backup,
            shown: None,
        }))
    }

    /// Sends the rows of a plan, and prepares them before, if there is something to prepare.
    pub(super) async fn send_prepared(
        &self,
        sender: &mut Sender<'_>,
        plan: &mut Plan<'_>,
        mode: Mode,
        preparation: Option<Preparation<'_>>,
    ) -> Result<(), Stopped> {
        let Some(mut preparation) = preparation else {
            return sender.send(plan, mode).await;
        };
        let sent = self
            .send_in_parts(sender, plan, mode, &mut preparation)
            .await;
        if let (Some(backup), Some(before)) = (&preparation.backup, preparation.shown) {
            let now = KeptBackup::found(backup.path())?;
            if now.is_some_and(|now| now.has_other_lists_than(&before)) {
                sender.progress.aside(|| self.show_backup(backup.path()));
            }
        }
        sent
    }

    async fn send_in_parts(
        &self,
        sender: &mut Sender<'_>,
        plan: &mut Plan<'_>,
        mode: Mode,
        preparation: &mut Preparation<'_>,
    ) -> Result<(), Stopped> {
        loop {
            let columns = plan.columns();
            let prepared = Box::pin(self.prepare_next_rows(sender, columns, preparation));
            if let Err(stopped) = prepared.await {
                sender.journal.end()?;
                return Err(stopped);
            }
            plan.open_window(ROWS_AT_A_TIME);
            sender.send(plan, mode).await?;
            if plan.is_at_end() {
                return Ok(());
            }
        }
    }

    /// Prepares the rows that are sent next, and reports those that must not be sent.
    async fn prepare_next_rows(
        &self,
        sender: &mut Sender<'_>,
        columns: &Columns<'_>,
        preparation: &mut Preparation<'_>,
    ) -> Result<(), Stopped> {
        let activity = preparation.activity();
        let read = preparation.read_next_rows(&sender.failed_rows);
        let read = tokio::select! {
            read = sender.progress.during(activity, read) => read,
            () = sender.interrupts.next() => {
                return Err(if sender.journal.has_started() {
                    Stopped::Interrupted
                } else {
                    Failure::new(interrupted_before_sending(self.args)).into()
                });
            }
        };
        match read {
            Ok(PreparedRows {
                kept,
                refused,
                done,
                are_all_unread,
            }) => {
                self.record_kept_rows(sender, preparation, kept)?;
                sender.report_done(&done)?;
                sender.refuse(&refused, are_all_unread, columns)
            }
            Err(not_prepared) => Err(self.stopped_by(not_prepared, sender, preparation)),
        }
    }

    /// Returns why the job stops before the next rows.
    fn stopped_by(
        &self,
        not_prepared: NotPrepared,
        sender: &Sender<'_>,
        preparation: &Preparation<'_>,
    ) -> Stopped {
        let nothing = if sender.journal.has_started() {
            "none of the next rows was sent"
        } else {
            "nothing was sent"
        };
        let problem = match not_prepared {
            NotPrepared::NotRead(failure) if preparation.comparison.reviewed.is_some() => {
                format!(
                    "{failure}\n{nothing}, since not all records could be compared with the review: try again"
                )
            }
            NotPrepared::NotRead(failure) if preparation.comparison.kept.is_some() => format!(
                "{failure}\n{nothing}, since not all records could be compared with their old values: try again"
            ),
            NotPrepared::NotRead(failure) => format!(
                "{failure}\n{nothing}, since the old values could not be kept: try again, or send without a backup with --no-backup"
            ),
            NotPrepared::Incomplete(problem) => {
                let instead = self
                    .args
                    .backup
                    .as_ref()
                    .map_or("", |_| " instead of --backup");
                format!(
                    "{problem}\n{nothing}: to send all the same, add --backup-incomplete to the command below, or --no-backup{instead}"
                )
            }
            NotPrepared::Changed { count, first } => {
                let review = self.command_to_review().without(&["limit"]);
                return Stopped::NotAsReviewed(Failure::new(format!(
                    "the records of {count} of the next rows were changed since the review (the first is {first}): {nothing}. To review what is left: {review}"
                )));
            }
        };
        Failure::new(problem).into()
    }

    /// Records that the old values of rows are on the disk, and shows the backup once.
    fn record_kept_rows(
        &self,
        sender: &mut Sender<'_>,
        preparation: &mut Preparation<'_>,
        kept: Option<KeptRows>,
    ) -> Result<(), Failure> {
        let Some((backup, KeptRows { rows, parts })) = preparation.backup.as_ref().zip(kept) else {
            return Ok(());
        };
        let file = undone_job::relative(backup.path(), sender.journal.path());
        sender.journal.backed_up(rows, file, parts)?;
        if preparation.shown.is_none() {
            sender.progress.aside(|| self.show_backup(backup.path()));
            preparation.shown = KeptBackup::found(backup.path())?;
        }
        Ok(())
    }
}

/// What happens to a row whose record was read.
#[derive(Debug)]
enum Decision {
    Sent,
    /// It fails, and the others are sent.
    Refused(RowError),
    /// An earlier process has sent it, and then a later row that has replaced what it sets.
    Replaced,
    OtherThanReviewed,
}

/// Why rows must not be sent.
#[derive(Debug)]
enum NotPrepared {
    /// A file or a record cannot be read, or a file cannot be written.
    NotRead(Failure),
    /// An old value cannot be restored. The text says which.
    Incomplete(String),
    /// The records of `count` rows are not as they were reviewed. The first is named with its record.
    Changed { count: u64, first: String },
}

impl From<Failure> for NotPrepared {
    fn from(failure: Failure) -> Self {
        Self::NotRead(failure)
    }
}

impl From<NotKept> for NotPrepared {
    fn from(not_kept: NotKept) -> Self {
        match not_kept {
            NotKept::Failed(failure) => Self::NotRead(failure),
            NotKept::Incomplete(problem) => Self::Incomplete(problem),
        }
    }
}

impl Comparison<'_> {
    /// Compares a row with its record. `before` is what was kept of the record before earlier rows were sent.
    fn decide(
        &mut self,
        row: &RowRecord,
        failed: &RowSet,
        before: Option<&KeptRecords>,
    ) -> Result<Decision, Failure> {
        let stages = self.stages.as_mut();
        let stage = stages.map(|it| it.refusal(row, failed)).transpose()?;
        if let Some(error) = row.not_read_before(self.are_open) {
            return Ok(Decision::Refused(error));
        }
        let reviewed = self.reviewed.as_mut();
        let is_as_reviewed = reviewed.and_then(|it| it.have_what_was_reviewed(row, self.options));
        if is_as_reviewed == Some(false) {
            return Ok(Decision::OtherThanReviewed);
        }
        if let Some(error) = self.not_found(row) {
            return Ok(Decision::Refused(error));
        }
        // Who has reviewed a row has seen what it replaces.
        let record = row.record.record().filter(|_| is_as_reviewed.is_none());
        if let (Some(kept), Some(record)) = (&self.kept, record) {
            let fields = kept.changed_since((row.number, &row.job), record, self.options);
            if !fields.is_empty() {
                return Ok(Decision::Refused(RowError::ChangedWhileOpen(fields)));
            }
        }
        if let (Some(before), Some(record)) = (before, record) {
            let fields = before.changed_since(&row.job, record, self.options);
            if !fields.is_empty() {
                return Ok(Decision::Refused(RowError::ChangedBetweenRows(fields)));
            }
        }
        let stage = stage.flatten();
        Ok(stage.map_or(Decision::Sent, |stage| self.decide_stage(row, stage)))
    }

    /// Returns the error of a row whose old values are kept or compared, if its record was not found.
    fn not_found(&self, row: &RowRecord) -> Option<RowError> {
        let kept = self.kept.as_ref();
        let is_compared = kept.is_some_and(|it| it.rows().contains(row.number));
        let error = row.not_found_before(self.are_open);
        error.filter(|_| self.keeps || is_compared)
    }

    /// Decides about a row whose stage is not one of the pipeline of its record. If the row is open, the job itself may
    /// have moved the record.
    ///
    /// Example: row 2 sets the stage of deal 13 to `WON`, and row 3 moves it to pipeline 5. The job is killed after both were
    /// applied. `WON` must not be sent to pipeline 5, and since the rows of a record are sent in their order, row 2 is done.
    fn decide_stage(&self, row: &RowRecord, stage: RefusedStage) -> Decision {
        let was_sent = self.are_open;
        if let Some(record) = row.record.record().filter(|_| was_sent) {
            let different = row.job.mismatches(record);
            let of_stage = different.iter().filter(|it| it.field() == stage.field);
            let of_stage = of_stage.count();
            if of_stage == 0 {
                // Only what is missing of an open row is sent, so the stage is not.
                return Decision::Sent;
            }
            // If an earlier row sets the pipeline too, the record may be in the pipeline of that one.
            let is_after_another = row.pipeline_row.is_some();
            let is_stage_alone = of_stage == different.len();
            if is_stage_alone && !is_after_another && self.has_moved(&row.job, record) {
                return Decision::Replaced;
            }
        }
        Decision::Refused(RowError::OtherPipeline { stage, was_sent })
    }

    /// Returns whether a record is in a pipeline that rows of the job set.
    fn has_moved(&self, job: &PatchJob, record: &RawAnswer) -> bool {
        let (kept, reviewed) = (self.kept.as_ref(), self.reviewed.as_ref());
        kept.is_some_and(|it| it.has_moved(job, record))
            || reviewed.is_some_and(|it| it.has_moved(job, record))
    }
}

impl Preparation<'_> {
    /// Prepares at most this many rows.
    pub(super) fn limited(self, rows: Option<u64>) -> Self {
        let reader = self.reader.limited(rows);
        Self { reader, ..self }
    }

    fn activity(&self) -> &'static str {
        match (&self.backup, &self.comparison.kept) {
            (Some(_), _) => "reading the old values",
            (None, Some(_)) => "comparing the records with their old values",
            (None, None) => "comparing the records with the review",
        }
    }

    /// Reads the records of the next rows, compares them, and keeps their old values. `failed` are the rows that have
    /// failed so far.
    async fn read_next_rows(&mut self, failed: &RowSet) -> Result<PreparedRows, NotPrepared> {
        let (mut count, mut first_changed, mut done) = (0, None, RowSet::default());
        let mut refused = RefusedRows::default();
        let mut is_any_read = false;
        let mut kept = self.backup.as_mut().map(Backup::next_rows).transpose()?;
        if let Some(stages) = &mut self.comparison.stages {
            stages.begin_again();
        }
        self.reader.open_window(ROWS_AT_A_TIME);
        while let Some(rows) = self.reader.next().await? {
            let before = match &kept {
                Some(kept) => kept.kept_before(&rows)?,
                None => None,
            };
            for row in rows {
                let is_unread = match &row.record {
                    FoundRecord::Found(_) => false,
                    FoundRecord::NotRead(_) => true,
                    // A row that is sent all the same has an answer.
                    FoundRecord::NotFound(_) => self.comparison.not_found(&row).is_some(),
                };
                is_any_read |= !is_unread;
                match self.comparison.decide(&row, failed, before.as_ref())? {
                    Decision::Refused(error) => refused.add(&row, error),
                    Decision::Replaced => done.insert(row.number),
                    Decision::OtherThanReviewed => {
                        count += 1;
                        first_changed.get_or_insert_with(|| row.name());
                    }
                    Decision::Sent => {
                        if let Some(kept) = &mut kept {
                            kept.add(&row)?;
                        }
                    }
                }
            }
        }
        if let Some(first) = first_changed {
            return Err(NotPrepared::Changed { count, first });
        }
        let kept = match kept {
            Some(kept) => kept.keep(self.reader.unsent()).await?,
            None => None,
        };
        Ok(PreparedRows {
            kept,
            refused,
            done,
            are_all_unread: !is_any_read && !self.comparison.are_open,
        })
    }
}
