//! The records that rows are about, as they are before the rows are sent.

use std::collections::VecDeque;

use tokio::task::JoinHandle;
use vibecode_runtime::{Bulk, Client, PatchJob, RawAnswer, Updated};

use super::{
    backup::written::WrittenValues,
    row_name::{record_name, row_name},
    send::{
        batch::{RowError, WhyRead},
        plan::{Plan, PlannedBatch, Repeating},
    },
};
use crate::{
    failure::Failure,
    progress::RequestProgress,
    record_batch::{self, NotRead, ReadRecord},
};

/// Reads the record of each row, up to 50 a request, in the order of the rows.
#[derive(Debug)]
pub(super) struct RecordReader<'a> {
    client: Client,
    plan: Plan<'a>,
    /// `None`: the caller shows the progress.
    progress: Option<RequestProgress>,
    under_way: VecDeque<(PlannedBatch, JoinHandle<Vec<ReadRecord>>)>,
    unsent: Vec<Repeating>,
}

/// A row with the record that it is about.
#[derive(Debug)]
pub(super) struct RowRecord {
    pub(super) number: u64,
    pub(super) job: PatchJob,
    /// What the job that is undone wrote, if it is known.
    pub(super) written: Option<WrittenValues>,
    /// The earlier row that sets the pipeline of which this row sets a stage.
    pub(super) pipeline_row: Option<u64>,
    pub(super) record: FoundRecord,
}

/// What was found of a record.
#[derive(Debug)]
pub(super) enum FoundRecord {
    Found(Updated),
    /// There is no such record.
    NotFound(NotRead),
    /// The API has answered for this record alone, and has not shown it.
    NotRead(NotRead),
}

impl FoundRecord {
    /// # Errors
    /// If the request has failed as a whole.
    fn of(read: ReadRecord) -> Result<Self, NotRead> {
        match read {
            Ok(record) => Ok(Self::Found(record)),
            Err(not_read) if not_read.is_not_found() => Ok(Self::NotFound(not_read)),
            Err(not_read) if not_read.is_of_record_alone() => Ok(Self::NotRead(not_read)),
            Err(not_read) => Err(not_read),
        }
    }

    pub(super) fn record(&self) -> Option<&RawAnswer> {
        match self {
            Self::Found(record) => Some(record.raw()),
            Self::NotFound(_) | Self::NotRead(_) => None,
        }
    }
}

impl RowRecord {
    /// Returns the name of the row, with its record.
    pub(super) fn name(&self) -> String {
        let record = record_name(self.job.entity(), self.job.id());
        row_name(self.number, Some(&record))
    }

    /// Returns the error of the row if its record could not be read. `was_sent` is whether an earlier process has sent it.
    pub(super) fn not_read_before(&self, was_sent: bool) -> Option<RowError> {
        match &self.record {
            FoundRecord::NotRead(not_read) => Some(RowError::NotReadBefore {
                not_read: not_read.clone(),
                was_sent,
            }),
            FoundRecord::Found(_) | FoundRecord::NotFound(_) => None,
        }
    }

    /// Returns the error of the row if its record was not found, and the row needs its old values. `was_sent` is whether an
    /// earlier process has sent it.
    pub(super) fn not_found_before(&self, was_sent: bool) -> Option<RowError> {
        match &self.record {
            FoundRecord::NotFound(not_read) => Some(RowError::NotFoundBefore {
                not_read: not_read.clone(),
                why_read: WhyRead::OldValues,
                was_sent,
            }),
            FoundRecord::Found(_) | FoundRecord::NotRead(_) => None,
        }
    }
}

/// Checks that the API works: that it has shown or refused one of the records of these rows, or does not find one.
///
/// # Errors
/// If it has failed for each of them.
fn check_answered(planned: &PlannedBatch, records: &[ReadRecord]) -> Result<(), Failure> {
    // A single answer that is not understood does not show that others would not be either.
    let is_single = records.len() == 1;
    let is_answered = |not_read: &NotRead| {
        let is_alone = is_single && not_read.is_not_understood();
        not_read.is_not_found() || not_read.is_refusal() || is_alone
    };
    let rows = planned.row_numbers.iter().zip(&planned.jobs).zip(records);
    let failures = rows.map(|((number, job), read)| match read {
        Err(not_read) if !is_answered(not_read) => Some((*number, job, not_read)),
        Ok(_) | Err(_) => None,
    });
    let failures: Option<Vec<_>> = failures.collect();
    match failures.as_deref() {
        Some([(number, job, not_read), ..]) => Err(failure_of(*number, job, not_read)),
        Some([]) | None => Ok(()),
    }
}

/// Returns the error of a job that does not go on without the record of a row.
fn failure_of(number: u64, job: &PatchJob, not_read: &NotRead) -> Failure {
    let record = record_name(job.entity(), job.id());
    Failure::new(format!(
        "the record of {} cannot be read: {}{}",
        row_name(number, Some(&record)),
        not_read.explanation(),
        not_read.words_after()
    ))
}

impl<'a> RecordReader<'a> {
    pub(super) fn new(client: Client, plan: Plan<'a>, progress: RequestProgress) -> Self {
        Self {
            progress: Some(progress),
            ..Self::without_progress(client, plan)
        }
    }

    pub(super) fn without_progress(client: Client, plan: Plan<'a>) -> Self {
        Self {
            client,
            plan,
            progress: None,
            under_way: VecDeque::new(),
            unsent: Vec::new(),
        }
    }

    /// Reads the records of at most this many rows.
    pub(super) fn limited(self, rows: Option<u64>) -> Self {
        let plan = self.plan.limited(rows);
        Self { plan, ..self }
    }

    /// Has [`RecordReader::next`] return at most `rows` further rows, and then `None`.
    pub(super) fn open_window(&mut self, rows: u64) {
        self.plan.open_window(rows);
        self.unsent.clear();
    }

    /// Returns the rows so far, or in this window, that are not sent, since earlier rows add all that they would add.
    pub(super) fn unsent(&self) -> &[Repeating] {
        &self.unsent
    }

    /// Returns the next rows with their records; `None` if there are no more, or no more in the window.
    ///
    /// # Errors
    /// If the file cannot be read, or if a request fails. An answer about one record alone is not an error.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<RowRecord>>, Failure> {
        while self.under_way.len() < Bulk::MAX_REQUESTS
            && let Some(planned) = self.plan.next_batch()?
        {
            let unsent = planned.repeating.iter().filter(|it| it.is_all);
            self.unsent.extend(unsent.cloned());
            if planned.jobs.is_empty() {
                continue;
            }
            let jobs: Vec<&PatchJob> = planned.jobs.iter().collect();
            let reading = tokio::spawn(record_batch::read(&self.client, &jobs));
            self.under_way.push_back((planned, reading));
        }
        let Some((planned, reading)) = self.under_way.pop_front() else {
            return Ok(None);
        };
        let records = match &mut self.progress {
            Some(progress) => {
                let records = progress.during(reading).await;
                progress.advance(planned.jobs.len());
                records
            }
            None => reading.await,
        };
        let records = records.map_err(|error| Failure::new(error.to_string()))?;
        check_answered(&planned, &records)?;
        let stage_rows = planned.stage_rows;
        let rows = planned.row_numbers.into_iter().zip(planned.jobs);
        let rows = rows.zip(planned.written).zip(records);
        let rows = rows.map(|(((number, job), written), record)| {
            let record = FoundRecord::of(record);
            let record = record.map_err(|not_read| failure_of(number, &job, &not_read))?;
            let mut stage_rows = stage_rows.iter();
            Ok(RowRecord {
                number,
                job,
                written,
                pipeline_row: stage_rows.find_map(|it| it.pipeline_row_of(number)),
                record,
            })
        });
        rows.collect::<Result<_, _>>().map(Some)
    }
}
