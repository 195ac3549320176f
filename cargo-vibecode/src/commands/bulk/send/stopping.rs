//! Why sending stops, and what may still be applied then.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{
    Sender,
    running::{Running, StartedBatch},
};
use crate::{commands::bulk::journal::outcome::NextStep, failure::Failure};

/// Why sending has stopped.
#[derive(Debug)]
pub(crate) enum Stopped {
    Interrupted,
    Failed(Failure),
}

/// How many rows may fail before sending stops.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FailureLimits {
    /// `None`: any number, unless no row of the first batch is done.
    pub(crate) max_failed: Option<u64>,
    /// The number of rows to send, by this process and earlier ones.
    pub(crate) rows: u64,
}

/// The rows whose change has no answer, so that it may still be applied.
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    /// When requests had ended, or were left to themselves, and the number of their rows.
    rows: Vec<(Instant, u64)>,
}

impl Unanswered {
    /// Adds rows whose requests end now at the latest.
    pub(super) fn add(&mut self, rows: u64) {
        if rows > 0 {
            self.rows.push((Instant::now(), rows));
        }
    }
}

impl Sender<'_> {
    /// Journals that the rows of unreported batches are to be sent again, if nothing of any of them
    /// was applied. Otherwise all stay open: open rows are sent again before the others, so that
    /// rows keep their order.
    pub(super) fn return_batches(&mut self, running: &mut Running) -> Result<(), Failure> {
        let is_not_applied = |batch: &StartedBatch| {
            let next_step = batch.results.as_deref().map(NextStep::of);
            matches!(next_step, Some(NextStep::Stop { is_not_applied, .. }) if is_not_applied)
        };
        if running.batches.iter().all(is_not_applied) {
            for batch in running.batches.drain(..) {
                self.journal.returned(batch.number)?;
            }
        }
        Ok(())
    }

    /// Returns the reason to stop if too many rows have failed and others are left.
    pub(super) fn too_many_failed(
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

    /// Adds rows of an earlier process whose change may still be applied for so long.
    pub(crate) fn continue_from(&mut self, (rows, left): (u64, Duration), settle: Duration) {
        let ended = Instant::now().checked_sub(settle.saturating_sub(left));
        if !left.is_zero() {
            let ended = ended.unwrap_or_else(Instant::now);
            self.unanswered.rows.push((ended, rows));
        }
    }

    /// Returns the number of rows whose change may still be applied, and for how long.
    pub(crate) fn may_be_applied(&self, settle: Duration) -> (u64, Duration) {
        let now = Instant::now();
        let rows = self.unanswered.rows.iter();
        let left = rows.map(|(at, rows)| (*rows, (*at + settle).saturating_duration_since(now)));
        let left = left.filter(|(_, left)| !left.is_zero());
        left.fold((0, Duration::ZERO), |(all, longest), (rows, left)| {
            (all + rows, longest.max(left))
        })
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
