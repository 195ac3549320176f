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
mod held;
mod later;
pub(crate) mod lost;
pub(crate) mod other_portal;
mod outcomes;
pub(crate) mod plan;
mod portal_check;
pub(crate) mod progress;
mod report;
mod running;
mod stopping;

use std::sync::Arc;

use tokio::time::{MissedTickBehavior, interval};
use vibecode_runtime::{Bulk, Client};

use self::{
    batch::AdditionCounts,
    lost::AllLost,
    plan::Plan,
    portal_check::PortalProblem,
    progress::Progress,
    running::Running,
    stopping::{AfterStop, Unanswered},
};
pub(crate) use self::{
    portal_check::PortalCheck,
    stopping::{FailureLimits, Stopped},
};
use super::{
    journal::{Journal, past::Past, row_set::RowSet},
    refused_rows::RefusedRows,
};
use crate::{
    change::entries::EntryRules, failure::Failure, interrupts::Interrupts, output::Output,
    progress::TICK,
};

/// The maximum number of batches that are started and not reported. It is only reached behind a
/// slow batch.
const MAX_UNREPORTED: usize = 256;

/// How rows are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Sends all values of the row.
    Update,
    /// Sends only what the record does not have, so that nothing is added twice.
    Ensure,
    /// Sends what the record does not have of rows that an interrupted process may have sent. What the record has
    /// more than once may come from that process.
    EnsureAgain,
}

/// What is checked of each row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowChecks {
    /// Whether records are read if the answers do not show everything.
    pub(crate) verify: bool,
    /// Whether an undo also replaces what somebody else has written since.
    pub(crate) overwrites_newer: bool,
    /// Which forms of a phone are one number.
    pub(crate) rules: EntryRules,
}

/// Sends rows.
#[derive(Debug)]
pub(crate) struct Sender<'a> {
    pub(crate) client: Client,
    pub(crate) journal: Journal,
    pub(crate) progress: Progress,
    pub(crate) interrupts: Interrupts,
    pub(crate) output: &'a Output,
    checks: RowChecks,
    /// The rows, also of earlier processes, that have failed so that their phones and emails may be missing.
    failed: RowSet,
    /// The rows, also of earlier processes, of which an attempt was lost.
    pub(crate) lost: AllLost,
    /// The number of failed rows that were shown to people.
    failures_shown: usize,
    /// Whether a row has been done. Until then only one batch is under way, so that a wrong key is
    /// refused once, and a wrong address affects as few rows as possible.
    has_done_any: bool,
    consecutive_lost: u32,
    limits: FailureLimits,
    unanswered: Unanswered,
    pub(crate) counts: Arc<AdditionCounts>,
    /// `None`: it is not known which portal the key is for.
    portal_check: Option<PortalCheck>,
    /// The last failed row that was reported.
    last_failure: Option<String>,
    /// Set once too many rows have failed.
    after_stop: Option<AfterStop>,
    /// The number of interrupts so far. The second one stops without waiting.
    interrupts_seen: u32,
    /// Whether the API has reported another portal for the key, so that no outcome counts any more.
    has_other_portal: bool,
    /// The rows of earlier processes of which no answer has confirmed the portal.
    unconfirmed_before: RowSet,
    /// All rows that have failed, also of earlier processes.
    pub(crate) failed_rows: RowSet,
    /// The rows that this process has reported as done without sending them.
    done_unsent: RowSet,
    /// Rows that must not be sent, and fail.
    refused: RefusedRows,
}

impl<'a> Sender<'a> {
    pub(crate) fn new(
        client: Client,
        journal: Journal,
        progress: Progress,
        interrupts: Interrupts,
        limits: FailureLimits,
        output: &'a Output,
        checks: RowChecks,
    ) -> Self {
        Self {
            client,
            journal,
            progress,
            interrupts,
            output,
            checks,
            failed: RowSet::default(),
            lost: AllLost::default(),
            failures_shown: 0,
            has_done_any: false,
            consecutive_lost: 0,
            limits,
            unanswered: Unanswered::default(),
            counts: Arc::default(),
            portal_check: None,
            last_failure: None,
            after_stop: None,
            interrupts_seen: 0,
            has_other_portal: false,
            unconfirmed_before: RowSet::default(),
            failed_rows: RowSet::default(),
            done_unsent: RowSet::default(),
            refused: RefusedRows::default(),
        }
    }

    /// Sends all rows but these, which fail.
    pub(crate) fn without(self, refused: RefusedRows) -> Self {
        Self { refused, ..self }
    }

    /// Adds the rows of earlier processes that are done, that have failed, or of which an attempt was lost. The time that
    /// passes before [`Progress::begin`] does not count for the rate.
    pub(crate) fn continuing(mut self, past: &Past) -> Self {
        self.progress.continue_at(past.ok, past.failed);
        Self {
            failed: past.lacking.clone(),
            failed_rows: past.failed_rows.clone(),
            lost: past.lost.clone(),
            unconfirmed_before: past.unconfirmed.clone(),
            ..self
        }
    }

    /// Asks again on long runs which portal the key is for.
    pub(crate) fn with_portal_check(self, portal_check: Option<PortalCheck>) -> Self {
        Self {
            portal_check,
            ..self
        }
    }

    /// Returns whether there was an interrupt.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupts_seen > 0
    }

    /// Sends all rows of a plan. When it stops early, it waits for the batches under way and
    /// journals them.
    ///
    /// # Errors
    /// The reason why it stopped before the end.
    pub(crate) async fn send(&mut self, plan: &mut Plan<'_>, mode: Mode) -> Result<(), Stopped> {
        let mut running = Running::default();
        let sent = self.send_batches(&mut running, plan, mode).await;
        if sent.is_err() {
            self.unanswered.add(running.rows());
        }
        sent
    }

    async fn send_batches(
        &mut self,
        running: &mut Running,
        plan: &mut Plan<'_>,
        mode: Mode,
    ) -> Result<(), Stopped> {
        if self.is_interrupted() && !plan.has_no_more()? {
            return Err(Stopped::Interrupted);
        }
        let mut stopped = None;
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if stopped.is_none()
                && let Err(failure) = self.fill(running, plan, mode).await
            {
                stopped = Some(Stopped::Failed(failure));
            }
            let is_asking = self
                .portal_check
                .as_ref()
                .is_some_and(PortalCheck::is_asking);
            if running.tasks.is_empty() && (stopped.is_some() || !is_asking) {
                self.return_batches(running)?;
                self.journal.end()?;
                // Rows that were sent must have an outcome, or a reason why they have none.
                let unreported = (!running.batches.is_empty()).then(|| {
                    Stopped::Failed(Failure::new("not all rows that were sent have an outcome"))
                });
                let stopped = stopped.map(|stopped| self.with_outcomes(stopped));
                return stopped.or(unreported).map_or(Ok(()), Err);
            }
            tokio::select! {
                Some(ended) = running.tasks.join_next_with_id() => {
                    running.end(ended)?;
                    let reason = self.report(running, plan.columns())?;
                    let reason = match (&stopped, reason) {
                        (None, None) => self.too_many_failed(running, plan.columns()),
                        (_, reason) => reason,
                    };
                    let reason = reason.map(|reason| Stopped::Failed(Failure::new(reason)));
                    stopped = stopped.or(reason);
                }
                answer = answer_of(&mut self.portal_check), if is_asking => {
                    if let Err(problem) = answer {
                        stopped = Some(self.stopped_by(problem, stopped)?);
                    }
                }
                () = self.interrupts.next() => {
                    if self.interrupt(running, plan, stopped.is_some())? {
                        stopped = Some(Stopped::Interrupted);
                    }
                }
                _ = ticks.tick() => self.progress.tick(),
            }
        }
    }

    /// Handles an interrupt. Returns whether it stops sending: after the last row it stops nothing.
    ///
    /// # Errors
    /// If it is the second one, after which nothing is waited for.
    fn interrupt(
        &mut self,
        running: &Running,
        plan: &mut Plan<'_>,
        is_stopped: bool,
    ) -> Result<bool, Stopped> {
        self.interrupts_seen += 1;
        if self.interrupts_seen > 1 {
            return Err(Stopped::Interrupted);
        }
        let has_more = running.held.is_some() || !matches!(plan.has_no_more(), Ok(true));
        let is_after_last = !is_stopped && !has_more;
        let interrupted = if is_after_last { "" } else { "interrupted: " };
        self.progress.aside(|| {
            self.output.warn(format!(
                "{interrupted}waiting for the batches under way; interrupt again to stop without waiting",
            ));
        });
        Ok(!is_after_last)
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
        let may_have_more = !plan.is_over() || running.held.is_some();
        if running.tasks.len() < most
            && may_have_more
            && let Some(check) = &mut self.portal_check
            && check.holds_back(&self.client)
        {
            return Ok(());
        }
        let mut planned = Vec::new();
        let mut failed = None;
        while running.tasks.len() + planned.len() < most
            && running.batches.len() + planned.len() < MAX_UNREPORTED
        {
            let next = match running.held.take() {
                Some(held) => Ok(Some(held)),
                None => plan.next_batch(),
            };
            // Rows that were refused, or found done, just before are reported already.
            let next = next.map(|batch| {
                let batch = batch?.without(&self.failed_rows);
                Some(batch.without(&self.done_unsent))
            });
            match next {
                Ok(Some(batch)) => {
                    let is_planned = |row| {
                        let mut planned = planned.iter();
                        planned.any(|(_, it): &(u64, plan::PlannedBatch)| {
                            it.row_numbers.contains(&row)
                        })
                    };
                    let (batch, held) = batch.split(|row| running.has(row) || is_planned(row));
                    running.held = held;
                    if !batch.is_empty() {
                        planned.push((self.journal.start(batch.rows())?, batch));
                    }
                    if running.held.is_some() {
                        break;
                    }
                }
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
}

async fn answer_of(check: &mut Option<PortalCheck>) -> Result<(), PortalProblem> {
    match check {
        Some(check) => check.answer().await,
        None => Ok(()),
    }
}
