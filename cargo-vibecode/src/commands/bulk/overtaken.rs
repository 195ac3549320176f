//! Rows that were done, and whose values an earlier row has replaced since.
//!
//! Example: row 5 sets the post of record 71 to A. Its first attempt times out, the second is answered, and the row is
//! done. Row 60 sets the post to B, and is done. Then the first attempt of row 5 is applied after all, and the record
//! has the post A. The client cannot know that: all answers said what was sent.
//!
//! So the job does not end yet if the rows of a record may have overtaken each other in this way. It waits until the lost
//! attempts have settled, reads the records once more, and compares them with what the last rows have set. A row fails if
//! its record no longer has the values that it has set. The journal lists the lost rows until then, so a job that was
//! interrupted before compares them when it is resumed.

use std::collections::{BTreeMap, HashMap, HashSet};

use vibecode_runtime::{Batch, Client, PatchJob};

use super::{
    check::Checked,
    input::columns::ColumnOptions,
    job::BulkJob,
    journal::{
        outcome::{RowFailure, RowOutcome},
        row_set::RowSet,
    },
    send::{
        Sender, Stopped,
        batch::RowError,
        lost::AllLost,
        plan::{Plan, Selection},
    },
};
use crate::{
    change::entries::EntryRules,
    failure::Failure,
    progress::RequestProgress,
    record_batch::NotRead,
    verify::{self, ReadBack, Unconfirmed},
};

/// The number of records whose rows are kept in memory.
const RECORDS_AT_A_TIME: usize = 1000;
/// The number of lost values of a field that are kept. If there are that many different ones, one of them differs
/// from the last.
const MAX_LOST_VALUES: usize = 16;

/// A row that a lost attempt of an earlier row may have overtaken.
struct LastRow {
    number: u64,
    job: PatchJob,
    /// The fields that no later row sets.
    fields: Vec<String>,
}

/// What the rows so far have set a field to.
#[derive(Default)]
struct FieldHistory {
    /// The different values whose attempts were lost.
    lost: Vec<String>,
    /// The row that has set the field last; `None` if it is not known whether a row that has failed did.
    last: Option<u64>,
}

/// What the rows of a record have set.
#[derive(Default)]
struct RecordHistory {
    fields: BTreeMap<String, FieldHistory>,
    rows: BTreeMap<u64, PatchJob>,
}

/// The rows that have failed.
#[derive(Default)]
struct FailedRows {
    not_applied: RowSet,
    /// Whether they were applied is not known.
    others: RowSet,
}

impl BulkJob<'_> {
    /// Waits until the attempts that were lost have settled, and compares the records with the rows that they may have
    /// overtaken. Called once every row has been reported.
    pub(super) async fn compare_overtaken(
        &self,
        sender: &mut Sender<'_>,
        options: &ColumnOptions<'_>,
        checked: &Checked,
    ) -> Result<(), Stopped> {
        if sender.lost.rows.is_empty() || checked.repeated.records().is_empty() {
            return Ok(());
        }
        let failed = FailedRows::read(sender)?;
        let ids = self.records_with_lost_rows(sender, options, checked)?;
        let mut has_waited = false;
        for ids in ids.chunks(RECORDS_AT_A_TIME) {
            let ids: HashSet<u64> = ids.iter().copied().collect();
            let plan = self.all_rows(options, checked)?;
            let rows = last_rows(plan, &ids, &sender.lost.rows, &failed)?;
            if rows.is_empty() {
                continue;
            }
            if !has_waited {
                has_waited = true;
                if sender.is_interrupted() {
                    return Err(Stopped::Interrupted);
                }
                let left = sender.lost.unsettled(self.settle_of_batches());
                let why = "an attempt without an answer may still be applied, and would replace what a later row of the same record has set; the records are compared after that";
                sender.wait(left, why).await?;
            }
            self.compare(sender, &rows, options, checked).await?;
        }
        if has_waited {
            sender.journal.settled()?;
            sender.lost = AllLost::default();
        }
        Ok(())
    }

    /// Reads the records of rows, and reports the rows whose values they do not have. An interrupt ends it: what was
    /// reported so far stays, and the rest is compared when the job is resumed.
    async fn compare(
        &self,
        sender: &mut Sender<'_>,
        rows: &[LastRow],
        options: &ColumnOptions<'_>,
        checked: &Checked,
    ) -> Result<(), Stopped> {
        let activity = "comparing the records with the last rows";
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let throttle = &self.throttle;
        let mut progress = RequestProgress::new(activity, "rows", count, throttle, self.output);
        let client = sender.client.clone();
        let plan = self.all_rows(options, checked)?;
        for rows in rows.chunks(Batch::MAX_CALLS) {
            let read = tokio::select! {
                read = progress.during(read_back(&client, rows, self.args.rules)) => read,
                () = sender.interrupts.next() => return Err(Stopped::Interrupted),
            };
            progress.advance(rows.len());
            let overtaken = rows.iter().zip(read).filter_map(|(row, read)| {
                let error = match read {
                    Ok(read) if read.differences.is_empty() => return None,
                    Ok(read) => RowError::Overtaken(read.differences),
                    Err(not_read) => RowError::NotRead(not_read),
                };
                let id = row.job.id();
                Some(RowFailure::of(row.number, id, &error, plan.columns()))
            });
            let overtaken: Vec<RowFailure> = overtaken.collect();
            let count = u64::try_from(overtaken.len()).unwrap_or_default();
            sender.show_failed(&overtaken);
            sender.journal.overtaken(overtaken)?;
            sender.progress.ok = sender.progress.ok.saturating_sub(count);
            sender.progress.failed += count;
        }
        Ok(())
    }

    fn all_rows<'p>(
        &'p self,
        options: &'p ColumnOptions<'p>,
        checked: &'p Checked,
    ) -> Result<Plan<'p>, Failure> {
        Plan::new(self.input, options, checked, Selection::All)
    }

    /// Returns the records with several rows of which an attempt was lost.
    fn records_with_lost_rows(
        &self,
        sender: &Sender<'_>,
        options: &ColumnOptions<'_>,
        checked: &Checked,
    ) -> Result<Vec<u64>, Failure> {
        let mut plan = self.all_rows(options, checked)?;
        let mut ids = HashSet::new();
        while let Some(batch) = plan.next_batch()? {
            let rows = batch.row_numbers.iter().zip(&batch.jobs);
            let lost = rows.filter(|(number, _)| sender.lost.rows.contains(**number));
            let lost = lost.map(|(_, job)| job.id());
            ids.extend(lost.filter(|id| checked.repeated.records().rows(*id).is_some()));
        }
        Ok(ids.into_iter().collect())
    }
}

/// Returns the rows of these records that may be overtaken.
fn last_rows(
    mut plan: Plan<'_>,
    ids: &HashSet<u64>,
    lost: &RowSet,
    failed: &FailedRows,
) -> Result<Vec<LastRow>, Failure> {
    let mut records: HashMap<u64, RecordHistory> = HashMap::new();
    while let Some(batch) = plan.next_batch()? {
        for (number, job) in batch.row_numbers.into_iter().zip(batch.jobs) {
            if ids.contains(&job.id()) {
                let record = records.entry(job.id()).or_default();
                record.add(number, job, lost.contains(number), failed);
            }
        }
    }
    Ok(records
        .into_values()
        .flat_map(RecordHistory::into_last_rows)
        .collect())
}

impl RecordHistory {
    fn add(&mut self, number: u64, job: PatchJob, is_lost: bool, failed: &FailedRows) {
        let is_known = !failed.others.contains(number);
        let is_applied = !failed.not_applied.contains(number);
        for field in job.fields() {
            let Some(json) = field.json() else {
                continue;
            };
            let field = self.fields.entry(field.name().to_owned()).or_default();
            let is_new = || !field.lost.iter().any(|lost| lost == json);
            if is_lost && field.lost.len() < MAX_LOST_VALUES && is_new() {
                field.lost.push(json.to_owned());
            }
            if is_applied {
                field.last = is_known.then_some(number);
            }
        }
        self.rows.insert(number, job);
        // A record may have any number of rows, but few of them are the last for a field.
        if self.rows.len() > 2 * self.fields.len() + 1 {
            let last: HashSet<u64> = self.fields.values().filter_map(|it| it.last).collect();
            self.rows.retain(|number, _| last.contains(number));
        }
    }

    fn into_last_rows(self) -> impl Iterator<Item = LastRow> {
        let Self { fields, rows } = self;
        let rows = rows.into_iter().map(move |(number, job)| {
            let value = |name: &str| {
                let mut of_row = job.fields().filter(|it| it.name() == name);
                of_row.find_map(|it| it.json())
            };
            let is_open = |(name, field): &(&String, &FieldHistory)| {
                let other = |lost: &String| value(name) != Some(lost.as_str());
                field.last == Some(number) && field.lost.iter().any(other)
            };
            let fields = fields.iter().filter(is_open);
            let fields = fields.map(|(name, _)| name.clone()).collect();
            LastRow {
                number,
                job,
                fields,
            }
        });
        rows.filter(|row| !row.fields.is_empty())
    }
}

impl FailedRows {
    fn read(sender: &mut Sender<'_>) -> Result<Self, Failure> {
        let mut rows = Self::default();
        sender.journal.failures(|failure| match failure.outcome {
            RowOutcome::NotApplied => rows.not_applied.insert(failure.row),
            RowOutcome::Unknown | RowOutcome::NotAsSent | RowOutcome::NotVerified => {
                rows.others.insert(failure.row);
            }
        })?;
        Ok(rows)
    }
}

/// Reads the records of rows. Fields that a later row sets too are not compared.
async fn read_back(
    client: &Client,
    rows: &[LastRow],
    rules: EntryRules,
) -> Vec<Result<ReadBack, NotRead>> {
    let unconfirmed = rows.iter().map(|row| Unconfirmed {
        job: &row.job,
        is_ensured: false,
        rules,
    });
    let unconfirmed: Vec<Unconfirmed<'_>> = unconfirmed.collect();
    let read = verify::read_back(client, &unconfirmed, |index, difference| {
        let row = rows.get(index);
        row.is_none_or(|row| !row.fields.contains(&difference.field))
    });
    read.await
}
