//! The batches that were started and not reported, in their order.

use std::{collections::VecDeque, future::poll_fn, sync::Arc, task::Poll};

use tokio::task::{Id, JoinError, JoinSet};
use vibecode_runtime::PatchJob;

use super::{
    Mode, Sender,
    batch::{BatchJob, Results, RowError},
    later::StartedRows,
    plan::PlannedBatch,
};
use crate::failure::Failure;

/// Batches that have been started and not reported.
#[derive(Debug, Default)]
pub(super) struct Running {
    pub(super) tasks: JoinSet<Results>,
    rows: StartedRows,
    /// In the order in which they were started.
    pub(super) batches: VecDeque<StartedBatch>,
}

#[derive(Debug)]
pub(super) struct StartedBatch {
    pub(super) number: u64,
    pub(super) lines: Vec<u64>,
    /// The ids of the records, in the order of the rows.
    ids: Vec<u64>,
    task: Id,
    /// Set once the batch has ended.
    pub(super) results: Option<Results>,
}

impl Running {
    /// Starts a batch. Its rows queue for their records before those of any later batch.
    pub(super) async fn start(
        &mut self,
        number: u64,
        batch: PlannedBatch,
        sender: &Sender<'_>,
        mode: Mode,
    ) {
        let PlannedBatch { lines, jobs } = batch;
        let ids = jobs.iter().map(PatchJob::id).collect();
        let jobs: Vec<_> = jobs.into_iter().map(Arc::new).collect();
        self.rows.add(&lines, &jobs);
        let job = BatchJob {
            client: sender.client.clone(),
            lines: lines.clone(),
            jobs,
            mode,
            verify: sender.verify,
            started: self.rows.clone(),
        };
        let mut results = Box::pin(job.send());
        let first = poll_fn(|context| Poll::Ready(results.as_mut().poll(context))).await;
        let task = self.tasks.spawn(async move {
            match first {
                Poll::Ready(results) => results,
                Poll::Pending => results.await,
            }
        });
        self.batches.push_back(StartedBatch {
            number,
            lines,
            ids,
            task: task.id(),
            results: None,
        });
    }

    /// Stores the results of a batch until it is reported.
    pub(super) fn end(&mut self, ended: Result<(Id, Results), JoinError>) -> Result<(), Failure> {
        let (task, results) = ended.map_err(|error| Failure::new(error.to_string()))?;
        let mut batches = self.batches.iter_mut();
        let batch = batches.find(|batch| batch.task == task);
        let batch = batch.ok_or_else(|| Failure::new("a batch that was not started has ended"))?;
        batch.results = Some(results);
        Ok(())
    }

    /// Removes the first batch once it is reported.
    pub(super) fn remove_first(&mut self) {
        if let Some(batch) = self.batches.pop_front() {
            self.rows.remove(&batch.lines, &batch.ids);
        }
    }

    /// Returns the number of rows that were sent and have no outcome in the journal.
    pub(super) fn rows(&self) -> u64 {
        let rows = self.batches.iter().map(|batch| batch.lines.len());
        u64::try_from(rows.sum::<usize>()).unwrap_or(u64::MAX)
    }

    /// Decides the rows of the first batch whose records have values that later rows may have set. Returns
    /// false if a row that decides is still under way.
    pub(super) fn decide_first(&mut self) -> bool {
        let Some(first) = self.batches.front() else {
            return true;
        };
        let superseded = first.results.iter().flatten().enumerate();
        let superseded = superseded.filter_map(|(index, result)| match result {
            Err(RowError::Superseded(superseded)) => Some((index, superseded)),
            _ => None,
        });
        let mut decided = Vec::new();
        for (index, superseded) in superseded {
            let Some(result) = superseded.decide(&|line| self.is_done(line)) else {
                return false;
            };
            decided.push((index, result));
        }
        if let Some(results) = self.batches.front_mut().and_then(|it| it.results.as_mut()) {
            for (index, result) in decided {
                if let Some(row) = results.get_mut(index) {
                    *row = result;
                }
            }
        }
        true
    }

    /// Returns whether a row is done; `None` if it is not known yet.
    fn is_done(&self, line: u64) -> Option<bool> {
        let mut batches = self.batches.iter();
        let Some((batch, index)) = batches.find_map(|batch| {
            let index = batch.lines.iter().position(|of_row| *of_row == line)?;
            Some((batch, index))
        }) else {
            return Some(false);
        };
        match batch.results.as_ref()?.get(index) {
            Some(Ok(())) => Some(true),
            Some(Err(RowError::Superseded(superseded))) => {
                let decided = superseded.decide(&|line| self.is_done(line))?;
                Some(decided.is_ok())
            }
            Some(Err(_)) | None => Some(false),
        }
    }
}
