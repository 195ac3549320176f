//! Why sending stops, and what may still be applied then.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Sender,
    running::{Running, StartedBatch},
};
use crate::{
    commands::bulk::{
        input::columns::Columns,
        journal::{
            outcome::{NextStep, RowFailure},
            past::Past,
        },
    },
    failure::Failure,
    plural::number_of,
};

/// Why sending has stopped.
#[derive(Debug)]
pub(crate) enum Stopped {
    Interrupted,
    Failed(Failure),
    /// Records were changed since the review, so that the job can be resumed only after another one.
    NotAsReviewed(Failure),
}

/// How many rows may fail before sending stops.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FailureLimits {
    /// `None`: any number, unless no row of the first batch is done.
    pub(crate) max_failed: Option<u64>,
    /// The number of rows to send, by this process and earlier ones.
    pub(crate) rows: u64,
}

/// The outcomes of the batches that were under way when too many rows had failed.
#[derive(Debug)]
pub(super) struct AfterStop {
    rows: u64,
    /// The numbers of the batches.
    batches: Vec<u64>,
    ok: u64,
    failed: u64,
}

impl AfterStop {
    /// Adds the outcomes of a batch, if it was under way.
    pub(super) fn add(&mut self, batch: u64, ok: u64, failed: u64) {
        if self.batches.contains(&batch) {
            self.ok += ok;
            self.failed += failed;
        }
    }

    /// Returns the outcomes as a sentence.
    pub(super) fn in_words(&self) -> String {
        let Self {
            rows, ok, failed, ..
        } = self;
        let open = match rows.saturating_sub(ok + failed) {
            0 => String::new(),
            open => format!(", {open} have no outcome yet"),
        };
        match rows {
            0 => "No other row was under way then".to_owned(),
            _ => format!(
                "{} under way then: {ok} are done, {failed} have failed{open}",
                number_of(*rows, "row was", "rows were")
            ),
        }
    }
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

    /// Returns the reason to stop after a first batch of which no row is done, unless no other row is left. `first` is
    /// the failure of its first row.
    pub(super) fn without_success(&self, first: Option<String>) -> Option<String> {
        let is_last = self.progress.ok + self.progress.failed >= self.limits.rows;
        let first = first.filter(|_| self.limits.max_failed.is_none() && !is_last)?;
        Some(format!(
            "stopped because no row of the first batch is done: {first}. To go on although rows fail, resume with --max-failed ROWS"
        ))
    }

    /// Returns the reason to stop if too many rows have failed and others are not sent yet. Rows of batches that are not
    /// reported yet count too: they may wait for a slow batch before them.
    pub(super) fn too_many_failed(
        &mut self,
        running: &Running,
        columns: &Columns<'_>,
    ) -> Option<String> {
        let most = self.limits.max_failed?;
        let unreported: Vec<_> = running.failed().collect();
        let failed = self.progress.failed + u64::try_from(unreported.len()).unwrap_or(u64::MAX);
        let sent = self.progress.ok + self.progress.failed + running.rows();
        if failed <= most || sent >= self.limits.rows {
            return None;
        }
        let last = unreported.last();
        let last =
            last.map(|(row, id, error)| RowFailure::of(*row, *id, error, columns).in_words());
        let last = last.or_else(|| self.last_failure.clone());
        let under_way = running.batches.iter().filter(|it| it.results.is_none());
        let under_way: Vec<u64> = under_way.map(|it| it.number).collect();
        self.after_stop = Some(AfterStop {
            rows: running.rows_under_way(),
            batches: under_way,
            ok: 0,
            failed: 0,
        });
        Some(format!(
            "stopped because more than {most} rows have failed ({failed}), the last with {}",
            last.unwrap_or_default()
        ))
    }

    /// Waits, and shows why.
    ///
    /// # Errors
    /// If it is interrupted.
    pub(crate) async fn wait(&mut self, time: Duration, why: &str) -> Result<(), Stopped> {
        if time.is_zero() {
            return Ok(());
        }
        tokio::select! {
            () = self.progress.wait(time, why, self.output) => Ok(()),
            () = self.interrupts.next() => Err(Stopped::Interrupted),
        }
    }

    /// Adds the rows of earlier processes whose change may still be applied, unless the journal says that they have
    /// settled.
    pub(crate) fn continue_from(&mut self, past: &Past, settle: Duration) {
        if past.may_have_requests() {
            let (rows, left) = past.may_be_applied(settle);
            let ended = Instant::now().checked_sub(settle.saturating_sub(left));
            let ended = ended.unwrap_or_else(Instant::now);
            self.unanswered.rows.push((ended, rows));
        }
    }

    /// Records that everything that was sent so far has settled, if that is so and was not recorded yet.
    pub(crate) fn note_settled(&mut self, settle: Duration) -> Result<(), Failure> {
        let was_open = self.lost.is_open() || !self.unanswered.rows.is_empty();
        let left = self.may_be_applied(settle).1;
        if !was_open || !left.max(self.lost.unsettled(settle)).is_zero() {
            return Ok(());
        }
        self.journal.waited()?;
        self.lost.settle();
        self.unanswered.rows.clear();
        Ok(())
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
