//! The records that rows are about, as they are before the rows are sent.

use std::collections::VecDeque;

use tokio::task::JoinHandle;
use vibecode_runtime::{Batch, Bulk, Client, Error, PatchJob, Updated};

use super::send::plan::{Plan, PlannedBatch};
use crate::{failure::Failure, progress::RequestProgress};

/// Reads the record of each row, up to 50 a request, in the order of the rows.
#[derive(Debug)]
pub(super) struct RecordReader<'a> {
    client: &'a Client,
    plan: Plan<'a>,
    progress: RequestProgress,
    under_way: VecDeque<(PlannedBatch, Reading)>,
}

type Reading = JoinHandle<Result<Vec<Result<Updated, Error>>, Error>>;

/// A row with the record that it is about.
#[derive(Debug)]
pub(super) struct RowRecord {
    pub(super) line: u64,
    pub(super) job: PatchJob,
    /// `None`: there is no such record.
    pub(super) record: Option<Updated>,
}

impl<'a> RecordReader<'a> {
    pub(super) fn new(client: &'a Client, plan: Plan<'a>, progress: RequestProgress) -> Self {
        Self {
            client,
            plan,
            progress,
            under_way: VecDeque::new(),
        }
    }

    /// Returns the next rows with their records; `None` if there are no more.
    ///
    /// # Errors
    /// If the file or a record cannot be read. That there is no such record is not an error.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<RowRecord>>, Failure> {
        while self.under_way.len() < Bulk::MAX_REQUESTS
            && let Some(planned) = self.plan.next_batch()?
        {
            let batch = planned
                .jobs
                .iter()
                .fold(self.client.batch(), Batch::get_record_of);
            let reading = tokio::spawn(batch.send());
            self.under_way.push_back((planned, reading));
        }
        let Some((planned, reading)) = self.under_way.pop_front() else {
            return Ok(None);
        };
        let records = self.progress.during(reading).await;
        self.progress.advance(planned.jobs.len());
        let records = records.map_err(|error| Failure::new(error.to_string()))??;
        let rows = planned.lines.into_iter().zip(planned.jobs).zip(records);
        let rows = rows.map(|((line, job), record)| {
            let record = match record {
                Ok(record) => Some(record),
                Err(error) if is_not_found(&error) => None,
                Err(error) => {
                    return Err(Failure::new(format!(
                        "the record of row {line} cannot be read: {}",
                        error.explanation()
                    )));
                }
            };
            Ok(RowRecord { line, job, record })
        });
        rows.collect::<Result<_, _>>().map(Some)
    }
}

fn is_not_found(error: &Error) -> bool {
    error
        .code()
        .is_some_and(|code| code.as_str() == "ENTITY_NOT_FOUND")
}
