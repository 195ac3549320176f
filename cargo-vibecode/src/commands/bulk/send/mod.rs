//! The second pass: sends the rows in batches, each of which is in the journal before and after.
//!
//! Every batch is a run of the client, which sends the rows of one record one at a time and in
//! order: a run queues for its records when it is first polled, so the runs are first polled in the
//! order of their rows. Several batches under way may be about the same record.
//!
//! Therefore batches are reported in the order in which they were started, whichever ends first.
//! Example: row 5 sets the post of record 71 to A, row 60 sets it to B. The first batch contains
//! another row that takes long, and the second batch ends before it. If the process were killed now
//! and only the second batch had been reported, `--resume` would send row 5 again, but not row 60:
//! the record would end with A. Because neither has been reported, both are open, both are sent
//! again, and the record ends with B.
//!
//! It is not one run over the whole file: such a run would hold back its outcomes, and so all
//! further rows, behind one slow record, and an interrupt would wait for all rows that the run has
//! started with.

pub(crate) mod batch;
mod later;
pub(crate) mod plan;
pub(crate) mod progress;
mod report;

use std::{collections::VecDeque, future::poll_fn, sync::Arc, task::Poll, time::Duration};

use tokio::{
    task::{Id, JoinError, JoinSet},
    time::{Instant, MissedTickBehavior, interval, sleep},
};
use vibecode_runtime::{Bulk, Client, PatchJob};

use self::{
    batch::{BatchJob, Results},
    later::StartedRows,
    plan::{Plan, PlannedBatch},
    progress::Progress,
};
use super::{
    input::columns::Columns,
    journal::{
        HEARTBEAT, Journal,
        outcome::{NextStep, RowFailure},
        row_set::Ranges,
    },
};
use crate::{failure::Failure, interrupts::Interrupts, output::Output, progress::TICK};

/// The maximum number of batches that are started and not reported. It is only reached behind a
/// slow batch.
const MAX_UNREPORTED: usize = 256;
/// After this many consecutive batches without any row known to be applied or refused, the API is
/// considered to be down.
const MAX_CONSECUTIVE_LOST: u32 = 8;

/// How rows are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Sends all values of the row.
    Update,
    /// Sends only what the record does not have, so that nothing is added twice.
    Ensure,
}

/// Sends rows.
#[derive(Debug)]
pub(crate) struct Sender<'a> {
    pub(crate) client: Client,
    pub(crate) journal: Journal,
    pub(crate) progress: Progress,
    pub(crate) interrupts: Interrupts,
    pub(crate) output: &'a Output,
    /// Whether records are read if the answers do not show everything.
    verify: bool,
    /// The number of failed rows that were shown to people.
    failures_shown: usize,
    /// Whether a row has been done. Until then only one batch is under way, so that a wrong key is
    /// refused once, and a wrong address affects as few rows as possible.
    has_done_any: bool,
    consecutive_lost: u32,
    limits: FailureLimits,
    /// When the last row with an unknown outcome ended: its change may still arrive.
    last_unknown: Option<Instant>,
}

/// How many rows may fail before sending stops.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FailureLimits {
    /// `None`: any number, unless no row of the first batch is done.
    pub(crate) max_failed: Option<u64>,
    /// The number of rows to send, by this process and earlier ones.
    pub(crate) rows: u64,
}

/// Batches that have been started and not reported.
#[derive(Debug, Default)]
struct Running {
    tasks: JoinSet<Results>,
    rows: StartedRows,
    /// In the order in which they were started.
    batches: VecDeque<StartedBatch>,
}

#[derive(Debug)]
struct StartedBatch {
    number: u64,
    lines: Vec<u64>,
    /// The ids of the records, in the order of the rows.
    ids: Vec<u64>,
    task: Id,
    /// Set once the batch has ended.
    results: Option<Results>,
}

/// Why sending has stopped.
#[derive(Debug)]
pub(crate) enum Stopped {
    Interrupted,
    Failed(Failure),
}

impl Running {
    /// Starts a batch. Its rows queue for their records before those of any later batch.
    async fn start(&mut self, number: u64, batch: PlannedBatch, sender: &Sender<'_>, mode: Mode) {
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
    fn end(&mut self, ended: Result<(Id, Results), JoinError>) -> Result<(), Failure> {
        let (task, results) = ended.map_err(|error| Failure::new(error.to_string()))?;
        let mut batches = self.batches.iter_mut();
        if let Some(batch) = batches.find(|batch| batch.task == task) {
            batch.results = Some(results);
        }
        Ok(())
    }
}

impl<'a> Sender<'a> {
    pub(crate) fn new(
        client: Client,
        journal: Journal,
        progress: Progress,
        interrupts: Interrupts,
        limits: FailureLimits,
        output: &'a Output,
        verify: bool,
    ) -> Self {
        Self {
            client,
            journal,
            progress,
            interrupts,
            output,
            verify,
            failures_shown: 0,
            has_done_any: false,
            consecutive_lost: 0,
            limits,
            last_unknown: None,
        }
    }

    /// Sends all rows of a plan. When it stops early, it waits for the batches under way and
    /// journals them.
    ///
    /// # Errors
    /// The reason why it stopped before the end.
    pub(crate) async fn send(&mut self, plan: &mut Plan<'_>, mode: Mode) -> Result<(), Stopped> {
        let mut running = Running::default();
        let mut stopped = None;
        let mut heartbeats = interval(HEARTBEAT);
        heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if stopped.is_none()
                && let Err(failure) = self.fill(&mut running, plan, mode).await
            {
                stopped = Some(Stopped::Failed(failure));
            }
            if running.tasks.is_empty() {
                self.return_batches(&running)?;
                self.journal.sync()?;
                return stopped.map_or(Ok(()), Err);
            }
            tokio::select! {
                Some(ended) = running.tasks.join_next_with_id() => {
                    running.end(ended)?;
                    let reason = self.report(&mut running, plan.columns())?;
                    let reason = reason.map(|reason| Stopped::Failed(Failure::new(reason)));
                    stopped = stopped.or(reason);
                }
                () = self.interrupts.next() => {
                    if matches!(stopped, Some(Stopped::Interrupted)) {
                        return Err(Stopped::Interrupted);
                    }
                    self.progress.aside(|| self.output.warn(
                        "interrupted: waiting for the batches under way; interrupt again to stop without waiting",
                    ));
                    stopped = Some(Stopped::Interrupted);
                }
                _ = heartbeats.tick() => self.journal.heartbeat()?,
                _ = ticks.tick() => self.progress.tick(),
            }
        }
    }

    /// Starts as many batches as may be under way.
    async fn fill(
        &mut self,
        running: &mut Running,
        plan: &mut Plan<'_>,
        mode: Mode,
    ) -> Result<(), Failure> {
        let most = if self.has_done_any {
            Bulk::MAX_REQUESTS
        } else {
            1
        };
        let mut planned = Vec::new();
        let mut failed = None;
        while running.tasks.len() + planned.len() < most
            && running.batches.len() + planned.len() < MAX_UNREPORTED
        {
            match plan.next_batch() {
                Ok(Some(batch)) => planned.push((self.journal.start(batch.rows())?, batch)),
                Ok(None) => break,
                Err(failure) => {
                    failed = Some(failure);
                    break;
                }
            }
        }
        if !planned.is_empty() {
            self.journal.sync()?;
        }
        for (number, batch) in planned {
            running.start(number, batch, self, mode).await;
        }
        failed.map_or(Ok(()), Err)
    }

    /// Reports the batches that have ended, up to the first that has not, or that has rows to be
    /// sent again. Returns the reason to stop sending, if there is one.
    fn report(
        &mut self,
        running: &mut Running,
        columns: &Columns<'_>,
    ) -> Result<Option<String>, Failure> {
        let mut stop = None;
        while let Some(batch) = running.batches.front()
            && let Some(results) = &batch.results
        {
            if let NextStep::Stop { reason, .. } = NextStep::of(results) {
                return Ok(stop.or(Some(reason)));
            }
            stop = stop.or(self.record_outcomes(batch, results, columns)?);
            running.rows.remove(&batch.lines, &batch.ids);
            running.batches.pop_front();
        }
        Ok(stop)
    }

    /// Journals that the rows of unreported batches are to be sent again, if nothing of any of them
    /// was applied. Otherwise all stay open: open rows are sent again before the others, so that
    /// rows keep their order.
    fn return_batches(&mut self, running: &Running) -> Result<(), Failure> {
        let is_not_applied = |batch: &StartedBatch| {
            let next_step = batch.results.as_deref().map(NextStep::of);
            matches!(next_step, Some(NextStep::Stop { is_not_applied, .. }) if is_not_applied)
        };
        if running.batches.iter().all(is_not_applied) {
            for batch in &running.batches {
                self.journal.returned(batch.number)?;
            }
        }
        Ok(())
    }

    /// Journals the outcomes of a batch. Returns the reason to stop sending, if there is one.
    fn record_outcomes(
        &mut self,
        batch: &StartedBatch,
        results: &Results,
        columns: &Columns<'_>,
    ) -> Result<Option<String>, Failure> {
        let rows = batch.lines.iter().copied().zip(results);
        let failed: Vec<RowFailure> = rows
            .clone()
            .filter_map(|(row, result)| Some(RowFailure::of(row, result.as_ref().err()?, columns)))
            .collect();
        let ok: Ranges = rows
            .filter(|(_, result)| result.is_ok())
            .map(|(row, _)| row)
            .collect();
        let is_lost = ok.is_empty() && failed.iter().all(RowFailure::is_lost);
        self.consecutive_lost = if is_lost {
            self.consecutive_lost + 1
        } else {
            0
        };
        let is_first_without_success = !self.has_done_any && ok.is_empty();
        self.has_done_any |= !ok.is_empty();
        if failed.iter().any(RowFailure::is_unknown) {
            self.last_unknown = Some(Instant::now());
        }
        self.show_failed(&failed);
        let count = |rows: usize| u64::try_from(rows).unwrap_or_default();
        let failures = count(failed.len());
        self.progress
            .advance(count(results.len()) - failures, failures);
        let first = failed.first().map(RowFailure::in_words);
        self.journal.done(batch.number, ok, failed)?;
        if let Some(reason) = self.too_many_failed(is_first_without_success, first) {
            return Ok(Some(reason));
        }
        Ok((self.consecutive_lost >= MAX_CONSECUTIVE_LOST).then(|| {
            format!("{MAX_CONSECUTIVE_LOST} batches in a row had no usable answer: the API seems to be down. Resume later")
        }))
    }

    /// Returns the reason to stop if too many rows have failed and others are left.
    fn too_many_failed(
        &self,
        is_first_without_success: bool,
        first: Option<String>,
    ) -> Option<String> {
        let (ok, failed) = (self.progress.ok, self.progress.failed);
        if ok + failed >= self.limits.rows {
            return None;
        }
        let first = first.unwrap_or_default();
        match self.limits.max_failed {
            Some(most) if failed > most => Some(format!(
                "stopped because more than {most} rows have failed, the last with {first}"
            )),
            None if is_first_without_success => Some(format!(
                "stopped because no row of the first batch is done: {first}. To go on although rows fail, resume with --max-failed ROWS"
            )),
            _ => None,
        }
    }

    /// Waits, and shows why.
    ///
    /// # Errors
    /// If it is interrupted.
    pub(crate) async fn wait(&mut self, time: Duration, why: &str) -> Result<(), Stopped> {
        if time.is_zero() {
            return Ok(());
        }
        let line = format!("waiting {:.1} s: {why}", time.as_secs_f64());
        self.progress.aside(|| self.output.line(line));
        let until = Instant::now() + time;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            self.progress.waiting(left);
            tokio::select! {
                () = sleep(left.min(Duration::from_secs(1))) => {}
                () = self.interrupts.next() => return Err(Stopped::Interrupted),
            }
        }
        Ok(())
    }

    /// Returns how long the change of a row that was reported as unknown may still arrive.
    pub(crate) fn unsettled(&self, settle: Duration) -> Duration {
        self.last_unknown.map_or(Duration::ZERO, |last| {
            (last + settle).saturating_duration_since(Instant::now())
        })
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
