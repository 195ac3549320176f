//! One batch: sends its rows, compares the answers with them, and reads the records that the answers do
//! not show in full.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use vibecode_runtime::{Bulk, Client, Ensured, Error, PatchJob};
use vibecode_spec::Multifield;

use super::{
    Mode,
    later::{StartedRows, Superseded, may_be_superseded},
    lost::{LostRows, is_lost},
};
use crate::{
    change::entries::EntryRules,
    commands::bulk::{backup::written::WrittenValues, pipelines::RefusedStage},
    record_batch::NotRead,
    verify::{self, Answer, Difference, ReadBack, Shown, Unconfirmed},
};

/// The results of the rows of a batch, in order: one for each row.
pub(crate) type Results = Vec<Result<(), RowError>>;

/// A batch that has ended.
#[derive(Debug)]
pub(super) struct SentBatch {
    pub(super) results: Results,
    pub(super) lost: LostRows,
}

/// Why a row is not done.
#[derive(Debug, Clone)]
pub(crate) enum RowError {
    /// The change failed.
    Failed(Error),
    /// The API reported a success, and the record does not have these fields as they were sent.
    NotAsSent(Vec<Difference>),
    /// The API reported a success, and the record has other values in some fields, which later rows may
    /// have set: they decide. No row is reported with this.
    Superseded(Superseded),
    /// The API reported a success, and the record could not be read to check it.
    NotRead(NotRead),
    /// The run has ended without a result for the row.
    NoResult,
    /// The row undoes a change, and somebody else has changed these fields since. It was not sent now; `was_sent` is
    /// whether an earlier process has sent it, without an answer.
    ChangedSince { fields: Vec<String>, was_sent: bool },
    /// An earlier process has sent the row without an answer, and somebody else has changed these fields since their old
    /// values were kept. It was not sent again.
    ChangedWhileOpen(Vec<String>),
    /// Somebody else has changed these fields since the first row of the file that changes them. It was not sent.
    ChangedBetweenRows(Vec<String>),
    /// The row undoes a change, and the record could not be read to see whether somebody else has changed it since.
    /// It was not sent.
    NotCompared {
        not_read: NotRead,
        /// Whether an earlier process has sent it, without an answer.
        was_sent: bool,
    },
    /// The row was done, and its record has other values in these fields since an attempt of an earlier row, which was
    /// lost, may have been applied.
    Overtaken(Vec<Difference>),
    /// An earlier row, which adds the same phones or emails, has failed.
    EarlierFailed {
        number: u64,
        /// Whether the other changes of the row are done.
        is_sent: bool,
    },
    /// The row sets a stage of the pipeline that an earlier row sets, which has failed. It was not sent.
    PipelineNotSet { number: u64 },
    /// The row sets a stage that is not known to be one of the pipeline of its record. It was not sent.
    OtherPipeline {
        stage: RefusedStage,
        /// Whether an earlier process has sent it, without an answer.
        was_sent: bool,
    },
    /// The record had to be read before the row is sent, and the API has answered for it alone and has not shown it. The row
    /// was not sent.
    NotReadBefore {
        not_read: NotRead,
        /// Whether an earlier process has sent it, without an answer.
        was_sent: bool,
    },
    /// The record had to be read before the row is sent, and was not found. The row was not sent: if the API changed the
    /// record all the same, nobody would know what it had.
    NotFoundBefore {
        not_read: NotRead,
        why_read: WhyRead,
        /// Whether an earlier process has sent it, without an answer.
        was_sent: bool,
    },
}

/// Why a record has to be found before its row is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum WhyRead {
    /// To keep its old values, or to compare it with them.
    OldValues,
    /// To compare it with what the job has written that is undone.
    Written,
}

impl RowError {
    /// Returns whether the record may lack a phone or an email that the row adds.
    pub(crate) fn may_lack_additions(&self) -> bool {
        match self {
            Self::NotAsSent(differences) | Self::Overtaken(differences) => differences
                .iter()
                .any(|it| Multifield::of_field(&it.field).is_some() && !it.problem.is_repeated()),
            _ => true,
        }
    }
}

/// The rows of a batch, and how to send them.
#[derive(Debug)]
pub(super) struct BatchJob {
    pub(super) client: Client,
    pub(super) row_numbers: Vec<u64>,
    pub(super) jobs: Vec<Arc<PatchJob>>,
    pub(super) mode: Mode,
    /// Whether records are read if the answers do not show everything.
    pub(super) verify: bool,
    /// What the job that is undone wrote, for each row; empty if that does not matter.
    pub(super) written: Vec<Option<WrittenValues>>,
    pub(super) started: StartedRows,
    /// Which forms of a phone are one number.
    pub(super) rules: EntryRules,
    pub(super) counts: Arc<AdditionCounts>,
}

/// How many rows have done something else than to add their phones and emails as they were sent.
#[derive(Debug, Default)]
pub(crate) struct AdditionCounts {
    /// The rows whose records have all phones and emails that they add already.
    had_all: AtomicU64,
    /// The rows of which the portal has stored a phone in another form than it was sent in.
    stored_in_another_form: AtomicU64,
}

impl AdditionCounts {
    pub(crate) fn had_all(&self) -> u64 {
        self.had_all.load(Ordering::Relaxed)
    }

    pub(crate) fn stored_in_another_form(&self) -> u64 {
        self.stored_in_another_form.load(Ordering::Relaxed)
    }
}

/// A row after its answer.
#[derive(Debug)]
enum Answered {
    Ended(Result<(), RowError>),
    /// Its record has to be read. If the client has found that it does not show the row, this is its error.
    Unconfirmed(Option<Error>),
}

impl BatchJob {
    pub(super) async fn send(mut self) -> SentBatch {
        let mut lost = LostRows::default();
        if self.written.iter().all(Option::is_none) {
            let results = self.send_all(&mut lost).await;
            return SentBatch { results, lost };
        }
        let refused = self.refused_undos().await;
        let mut kept = refused.iter().map(Option::is_none);
        self.jobs.retain(|_| kept.next().unwrap_or(true));
        let mut kept = refused.iter().map(Option::is_none);
        self.row_numbers.retain(|_| kept.next().unwrap_or(true));
        let mut sent = self.send_all(&mut lost).await.into_iter();
        let results = refused.into_iter().map(|refused| match refused {
            Some(refused) => Err(refused),
            None => sent.next().unwrap_or(Err(RowError::NoResult)),
        });
        let results = results.collect();
        SentBatch { results, lost }
    }

    /// Reads the records of undos, and returns for each row why it must not be sent, if so.
    async fn refused_undos(&self) -> Vec<Option<RowError>> {
        let jobs: Vec<&PatchJob> = self.jobs.iter().map(AsRef::as_ref).collect();
        let records = verify::read(&self.client, &jobs).await;
        let was_sent = self.mode == Mode::EnsureAgain;
        let not_compared = |not_read| RowError::NotCompared { not_read, was_sent };
        let rows = self.jobs.iter().zip(&self.written);
        let refused = rows.map(|(job, written)| {
            let written = written.as_ref()?;
            match records.get(&job.id()) {
                Some(Ok(record)) => {
                    let fields = written.changed_since(job, record.raw());
                    (!fields.is_empty()).then_some(RowError::ChangedSince { fields, was_sent })
                }
                Some(Err(not_read)) if not_read.is_not_found() => Some(RowError::NotFoundBefore {
                    not_read: not_read.clone(),
                    why_read: WhyRead::Written,
                    was_sent,
                }),
                Some(Err(not_read)) => Some(not_compared(not_read.clone())),
                None => Some(not_compared(NotRead::NoResult)),
            }
        });
        refused.collect()
    }

    async fn send_all(self, lost: &mut LostRows) -> Results {
        let jobs: Vec<PatchJob> = self.jobs.iter().map(|job| PatchJob::clone(job)).collect();
        let answered = match self.mode {
            Mode::Update => {
                self.answers(self.client.update_jobs(jobs), Answer::shown, lost)
                    .await
            }
            Mode::Ensure => {
                let shown = |answer: &Ensured, job: &PatchJob| {
                    self.count_additions(answer);
                    answer.shown(job)
                };
                self.answers(self.client.ensure_jobs(jobs), shown, lost)
                    .await
            }
            Mode::EnsureAgain => {
                let shown = |answer: &Ensured, job: &PatchJob| {
                    self.count_additions(answer);
                    verify::shown_of_interrupted(answer, job)
                };
                self.answers(self.client.ensure_jobs(jobs), shown, lost)
                    .await
            }
        };
        self.confirm(answered).await
    }

    fn count_additions(&self, answer: &Ensured) {
        if answer.added().is_empty() && !answer.present().is_empty() {
            self.counts.had_all.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn answers<T: Send + 'static>(
        &self,
        mut outcomes: Bulk<(), T>,
        shown: impl Fn(&T, &PatchJob) -> Shown,
        lost: &mut LostRows,
    ) -> Vec<Answered> {
        let mut answered = Vec::with_capacity(self.jobs.len());
        while let Some(outcome) = outcomes.next().await {
            let index = outcome.index;
            let (Some(job), Some(number)) = (self.jobs.get(index), self.row_numbers.get(index))
            else {
                continue;
            };
            let unknown = outcome.result.as_ref().err().filter(|it| is_lost(it));
            let lost_at = outcome.lost_at.or(unknown.map(|_| Instant::now()));
            if let Some(at) = lost_at {
                lost.add(*number, at);
            }
            let of_row = match outcome.result {
                Ok(answer) => self.compare(shown(&answer, job)),
                Err(error) if verify::has_to_be_read(&error, self.verify, self.rules) => {
                    Answered::Unconfirmed(Some(error))
                }
                Err(error) => Answered::Ended(Err(RowError::Failed(error))),
            };
            answered.push((index, of_row));
        }
        let answered = of_each_row(answered, self.jobs.len());
        for (answered, number) in answered.iter().zip(&self.row_numbers) {
            if matches!(answered, Answered::Ended(Err(RowError::NoResult))) {
                lost.add(*number, Instant::now());
            }
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
        let rows = answered.iter().zip(&self.jobs).zip(&self.row_numbers);
        let (unconfirmed, numbers): (Vec<Unconfirmed<'_>>, Vec<u64>) = rows
            .filter(|((answered, _), _)| matches!(answered, Answered::Unconfirmed(_)))
            .map(|((_, job), number)| {
                let unconfirmed = Unconfirmed {
                    job,
                    is_ensured: self.mode != Mode::Update,
                    rules: self.rules,
                };
                (unconfirmed, *number)
            })
            .unzip();
        let later = |index: usize, difference: &Difference| {
            let row = unconfirmed.get(index).zip(numbers.get(index));
            row.filter(|_| may_be_superseded(difference))
                .map(|(it, number)| self.started.later(it.job.id(), *number, &difference.field))
                .unwrap_or_default()
        };
        let is_excused =
            |index: usize, difference: &Difference| !later(index, difference).is_empty();
        let read = verify::read_back(&self.client, &unconfirmed, is_excused).await;
        let mut read = read.into_iter().enumerate();
        let results = answered.into_iter().map(|answered| match answered {
            Answered::Ended(result) => result,
            Answered::Unconfirmed(not_shown) => match (read.next(), not_shown) {
                (Some((_, Ok(read))), Some(similar))
                    if verify::is_similar_after_sending(&similar)
                        && !read.differences.iter().all(|it| it.problem.is_repeated()) =>
                {
                    Err(RowError::Failed(similar))
                }
                (Some((index, Ok(read))), _) => {
                    let has_another_form = read.has_another_form;
                    let result = confirmed(read, |difference| later(index, difference));
                    if has_another_form && result.is_ok() {
                        self.counts
                            .stored_in_another_form
                            .fetch_add(1, Ordering::Relaxed);
                    }
                    result
                }
                (_, Some(not_shown)) => Err(RowError::Failed(not_shown)),
                (Some((_, Err(not_read))), None) => Err(RowError::NotRead(not_read)),
                (None, None) => Err(RowError::NotRead(NotRead::NoResult)),
            },
        });
        results.collect()
    }
}

/// Returns the result of a row whose record was read.
fn confirmed(read: ReadBack, later: impl Fn(&Difference) -> Vec<u64>) -> Result<(), RowError> {
    let ReadBack {
        differences,
        excused,
        has_another_form: _,
    } = read;
    if !differences.is_empty() {
        return Err(RowError::NotAsSent(differences));
    }
    if excused.is_empty() {
        return Ok(());
    }
    let excused = excused.into_iter();
    let excused = excused.map(|difference| (later(&difference), difference));
    Err(RowError::Superseded(Superseded::new(excused.collect())))
}

/// Returns the results of the rows in order. A row without one is unknown: it is not done, and it does not
/// get the result of another row.
fn of_each_row(answered: Vec<(usize, Answered)>, rows: usize) -> Vec<Answered> {
    let mut of_rows = Vec::with_capacity(rows);
    of_rows.resize_with(rows, || Answered::Ended(Err(RowError::NoResult)));
    for (index, answered) in answered {
        if let Some(of_row) = of_rows.get_mut(index) {
            *of_row = answered;
        }
    }
    of_rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_result_is_unknown_and_no_other_row_takes_its_place() {
        let done = |index| (index, Answered::Ended(Ok(())));
        let rows = of_each_row(vec![done(0), done(2)], 4);
        let is_done: Vec<_> = rows
            .iter()
            .map(|row| match row {
                Answered::Ended(Err(RowError::NoResult)) => false,
                Answered::Ended(result) => result.is_ok(),
                Answered::Unconfirmed(_) => panic!("{row:?}"),
            })
            .collect();
        assert_eq!(is_done, [true, false, true, false]);
    }
}
