//! The batches that were started and not reported, in their order.

use std::{
    collections::{HashMap, VecDeque},
    future::poll_fn,
    sync::Arc,
    task::Poll,
};

use tokio::task::{Id, JoinError, JoinSet};
use vibecode_runtime::PatchJob;

use super::{
    Mode, Sender,
    batch::{BatchJob, Results, RowError, SentBatch},
    later::StartedRows,
    lost::LostRows,
    plan::{PlannedBatch, Repeating},
};
use crate::{commands::bulk::journal::outcome::NextStep, failure::Failure};

/// Batches that have been started and not reported.
#[derive(Debug, Default)]
pub(super) struct Running {
    pub(super) tasks: JoinSet<SentBatch>,
    rows: StartedRows,
    /// In the order in which they were started.
    pub(super) batches: VecDeque<StartedBatch>,
    /// Rows that are started once all these batches are reported, before any others.
    pub(super) held: Option<PlannedBatch>,
}

#[derive(Debug)]
pub(super) struct StartedBatch {
    pub(super) number: u64,
    pub(super) row_numbers: Vec<u64>,
    /// The rows that are done only if earlier ones are. Those that are not sent are not in `row_numbers`.
    pub(super) repeating: Vec<Repeating>,
    /// The rows that are not sent, since an earlier one has failed, with the ids of their records.
    refused: Vec<(u64, u64, RowError)>,
    /// The ids of the records, in the order of the rows.
    ids: Vec<u64>,
    task: Id,
    /// Set once the batch has ended.
    pub(super) results: Option<Results>,
    pub(super) lost: LostRows,
}

impl StartedBatch {
    /// Returns the number of rows, also of those that were not sent.
    fn len(&self) -> usize {
        let unsent = self.repeating.iter().filter(|it| it.is_all);
        self.row_numbers.len() + self.refused.len() + unsent.count()
    }

    /// Returns the rows in their order with the ids of their records and their results, also those that were not sent.
    pub(super) fn rows<'r>(&'r self, results: &'r Results) -> Vec<RowResult<'r>> {
        let sent = self.row_numbers.iter().zip(&self.ids).zip(results);
        let sent = sent.map(|((row, id), result)| (*row, *id, result.as_ref().copied()));
        let unsent = self.repeating.iter().filter(|it| it.is_all);
        let unsent = unsent.map(|it| (it.number, it.id, Ok(())));
        let refused = self.refused.iter();
        let refused = refused.map(|(row, id, error)| (*row, *id, Err(error)));
        let mut rows: Vec<_> = sent.chain(unsent).chain(refused).collect();
        rows.sort_unstable_by_key(|(row, ..)| *row);
        rows
    }
}

/// The number of a row, the id of its record, and its result.
type RowResult<'r> = (u64, u64, Result<(), &'r RowError>);

impl Running {
    /// Starts a batch. Its rows queue for their records before those of any later batch.
    pub(super) async fn start(
        &mut self,
        number: u64,
        mut batch: PlannedBatch,
        sender: &Sender<'_>,
        mode: Mode,
    ) {
        let refused = batch.take_refused(&sender.failed_rows, &sender.refused);
        let PlannedBatch {
            row_numbers,
            jobs,
            written,
            repeating,
            stage_rows: _,
        } = batch;
        let ids = jobs.iter().map(PatchJob::id).collect();
        let jobs: Vec<_> = jobs.into_iter().map(Arc::new).collect();
        self.rows.add(&row_numbers, &jobs);
        let job = BatchJob {
            client: sender.client.clone(),
            row_numbers: row_numbers.clone(),
            jobs,
            mode,
            verify: sender.checks.verify,
            written: if sender.checks.overwrites_newer {
                Vec::new()
            } else {
                written
            },
            started: self.rows.clone(),
            rules: sender.checks.rules,
            counts: Arc::clone(&sender.counts),
        };
        let mut sent = Box::pin(job.send());
        let first = poll_fn(|context| Poll::Ready(sent.as_mut().poll(context))).await;
        let task = self.tasks.spawn(async move {
            match first {
                Poll::Ready(sent) => sent,
                Poll::Pending => sent.await,
            }
        });
        self.batches.push_back(StartedBatch {
            number,
            row_numbers,
            repeating,
            refused,
            ids,
            task: task.id(),
            results: None,
            lost: LostRows::default(),
        });
    }

    /// Stores the results of a batch until it is reported.
    pub(super) fn end(&mut self, ended: Result<(Id, SentBatch), JoinError>) -> Result<(), Failure> {
        let (task, sent) = ended.map_err(|error| Failure::new(error.to_string()))?;
        let mut batches = self.batches.iter_mut();
        let batch = batches.find(|batch| batch.task == task);
        let batch = batch.ok_or_else(|| Failure::new("a batch that was not started has ended"))?;
        batch.results = Some(sent.results);
        batch.lost = sent.lost;
        Ok(())
    }

    /// Returns whether a row belongs to one of these batches, so that its outcome is not known yet.
    pub(super) fn has(&self, row: u64) -> bool {
        let mut batches = self.batches.iter();
        batches.any(|batch| batch.row_numbers.contains(&row))
    }

    /// Removes the first batch once it is reported.
    pub(super) fn remove_first(&mut self) {
        if let Some(batch) = self.batches.pop_front() {
            self.rows.remove(&batch.row_numbers, &batch.ids);
        }
    }

    /// Returns the number of rows that were sent and have no outcome in the journal.
    pub(super) fn rows(&self) -> u64 {
        let rows = self.batches.iter().map(StartedBatch::len);
        u64::try_from(rows.sum::<usize>()).unwrap_or(u64::MAX)
    }

    /// Returns the number of rows of batches that have not ended.
    pub(super) fn rows_under_way(&self) -> u64 {
        let batches = self.batches.iter().filter(|it| it.results.is_none());
        u64::try_from(batches.map(StartedBatch::len).sum::<usize>()).unwrap_or(u64::MAX)
    }

    /// Returns the failed rows of the batches that have ended and are not reported, each with the id of its record. Rows
    /// that later ones decide are not among them, nor are those that are to be sent again.
    pub(super) fn failed(&self) -> impl Iterator<Item = (u64, u64, &RowError)> {
        let batches = self.batches.iter();
        let ended = batches.filter_map(|it| Some((it, it.results.as_ref()?)));
        let ended = ended.filter(|(_, results)| NextStep::of(results) == NextStep::Continue);
        let rows = ended.flat_map(|(it, results)| it.row_numbers.iter().zip(&it.ids).zip(results));
        rows.filter_map(|((row, id), result)| match result {
            Ok(()) | Err(RowError::Superseded(_)) => None,
            Err(error) => Some((*row, *id, error)),
        })
    }

    /// Decides the rows of the first batch whose records have values that later rows may have set. Returns
    /// false if a row that decides is still under way.
    pub(super) fn decide_first(&mut self) -> bool {
        let Some(results) = self.batches.front().and_then(|it| it.results.as_ref()) else {
            return true;
        };
        let is_superseded =
            |result: &Result<(), RowError>| matches!(result, Err(RowError::Superseded(_)));
        if !results.iter().any(is_superseded) {
            return true;
        }
        let is_done = self.decided_rows();
        let Some(first) = self.batches.front_mut() else {
            return true;
        };
        for result in first.results.iter_mut().flatten() {
            if let Err(RowError::Superseded(superseded)) = result {
                let Some(decided) = superseded.decide(&|row| is_done.get(&row).copied()) else {
                    return false;
                };
                *result = decided;
            }
        }
        true
    }

    /// Returns whether each row is done, as far as that is known. Rows are decided by later ones, so this
    /// begins with the last.
    fn decided_rows(&self) -> HashMap<u64, bool> {
        let mut is_done = HashMap::new();
        for batch in self.batches.iter().rev() {
            let results = batch.results.iter().flatten();
            let rows: Vec<_> = batch.row_numbers.iter().zip(results).collect();
            for (row, result) in rows.into_iter().rev() {
                let decided = match result {
                    Ok(()) => Some(true),
                    Err(RowError::Superseded(superseded)) => superseded
                        .decide(&|row| is_done.get(&row).copied())
                        .map(|decided| decided.is_ok()),
                    Err(_) => Some(false),
                };
                if let Some(decided) = decided {
                    is_done.insert(*row, decided);
                }
            }
        }
        is_done
    }
}
