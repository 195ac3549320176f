//! One batch: sends its rows, compares the answers with them, and reads the records that the answers do
//! not show in full.

use std::sync::Arc;

use vibecode_runtime::{Bulk, Client, Error, PatchJob};

use super::{Mode, later::StartedRows};
use crate::verify::{self, Answer, Difference, DifferenceProblem, Shown, Unconfirmed};

/// The results of the rows of a batch, in order.
pub(crate) type Results = Vec<Result<(), RowError>>;

/// Why a row is not done.
#[derive(Debug)]
pub(crate) enum RowError {
    /// The change failed.
    Failed(Error),
    /// The API reported a success, and the record does not have these fields as they were sent.
    NotAsSent(Vec<Difference>),
    /// The API reported a success, and the record could not be read to check it.
    NotRead(Error),
}

/// The rows of a batch, and how to send them.
#[derive(Debug)]
pub(super) struct BatchJob {
    pub(super) client: Client,
    pub(super) lines: Vec<u64>,
    pub(super) jobs: Vec<Arc<PatchJob>>,
    pub(super) mode: Mode,
    /// Whether records are read if the answers do not show everything.
    pub(super) verify: bool,
    pub(super) started: StartedRows,
}

/// A row after its answer.
#[derive(Debug)]
enum Answered {
    Ended(Result<(), RowError>),
    /// Its record has to be read. If the client has found that the row was not taken, this is its error.
    Unconfirmed(Option<Error>),
}

impl BatchJob {
    pub(super) async fn send(self) -> Results {
        let jobs: Vec<PatchJob> = self.jobs.iter().map(|job| PatchJob::clone(job)).collect();
        let answered = match self.mode {
            Mode::Update => self.answers(self.client.update_jobs(jobs)).await,
            Mode::Ensure => self.answers(self.client.ensure_jobs(jobs)).await,
        };
        self.confirm(answered).await
    }

    async fn answers<T: Answer + Send + 'static>(
        &self,
        mut outcomes: Bulk<(), T>,
    ) -> Vec<Answered> {
        let mut answered = Vec::with_capacity(self.jobs.len());
        let mut jobs = self.jobs.iter();
        while let Some(outcome) = outcomes.next().await
            && let Some(job) = jobs.next()
        {
            answered.push(match outcome.result {
                Ok(answer) => self.compare(answer.shown(job)),
                Err(error) if self.verify && verify::is_not_taken(&error) => {
                    Answered::Unconfirmed(Some(error))
                }
                Err(error) => Answered::Ended(Err(RowError::Failed(error))),
            });
        }
        answered
    }

    fn compare(&self, shown: Shown) -> Answered {
        match shown {
            Shown::NotAll if self.verify => Answered::Unconfirmed(None),
            Shown::Everything | Shown::NotAll => Answered::Ended(Ok(())),
            Shown::Differences(differences) => {
                Answered::Ended(Err(RowError::NotAsSent(differences)))
            }
        }
    }

    /// Reads the records of the rows whose answers do not show everything.
    async fn confirm(&self, answered: Vec<Answered>) -> Results {
        let rows = answered.iter().zip(&self.jobs).zip(&self.lines);
        let (unconfirmed, lines): (Vec<Unconfirmed<'_>>, Vec<u64>) = rows
            .filter(|((answered, _), _)| matches!(answered, Answered::Unconfirmed(_)))
            .map(|((_, job), line)| {
                let is_ensured = self.mode == Mode::Ensure;
                (Unconfirmed { job, is_ensured }, *line)
            })
            .unzip();
        let is_excused = |index: usize, difference: &Difference| {
            let row = unconfirmed.get(index).zip(lines.get(index));
            difference.problem == DifferenceProblem::OtherValue
                && row.is_some_and(|(it, line)| {
                    let id = it.job.id();
                    self.started.change_later(id, *line, &difference.field)
                })
        };
        let read = verify::read_back(&self.client, &unconfirmed, is_excused).await;
        let mut read = read.into_iter();
        let results = answered.into_iter().map(|answered| match answered {
            Answered::Ended(result) => result,
            Answered::Unconfirmed(not_taken) => match (read.next(), not_taken) {
                (Some(Ok(differences)), _) if differences.is_empty() => Ok(()),
                (Some(Ok(differences)), _) => Err(RowError::NotAsSent(differences)),
                (_, Some(not_taken)) => Err(RowError::Failed(not_taken)),
                (Some(Err(error)), None) => Err(RowError::NotRead(error)),
                (None, None) => Err(RowError::NotAsSent(Vec::new())),
            },
        });
        results.collect()
    }
}
