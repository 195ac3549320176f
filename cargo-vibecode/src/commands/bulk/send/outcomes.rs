//! The outcomes of batches that have ended, in the order in which the batches were started.

use super::{
    Sender, Stopped,
    batch::{Results, RowError},
    running::{Running, StartedBatch},
};
use crate::{
    commands::bulk::{
        input::columns::Columns,
        journal::{
            outcome::{NextStep, RowFailure},
            row_set::{Ranges, RowSet},
        },
        refused_rows::RefusedRows,
    },
    failure::Failure,
};

/// After this many consecutive batches without any row known to be applied or refused, the API is
/// considered to be down.
const MAX_CONSECUTIVE_LOST: u32 = 8;

impl Sender<'_> {
    /// Reports the batches that have ended, up to the first that has not, or that has rows to be
    /// sent again. Returns the reason to stop sending, if there is one.
    pub(super) fn report(
        &mut self,
        running: &mut Running,
        columns: &Columns<'_>,
    ) -> Result<Option<String>, Failure> {
        let mut stop = None;
        while !self.has_other_portal
            && running.decide_first()
            && let Some(batch) = running.batches.front()
            && let Some(results) = &batch.results
        {
            if let NextStep::Stop { reason, .. } = NextStep::of(results) {
                return Ok(stop.or(Some(reason)));
            }
            stop = stop.or(self.record_outcomes(batch, results, columns)?);
            running.remove_first();
        }
        Ok(stop)
    }

    /// Journals the outcomes of a batch. Returns the reason to stop sending, if there is one.
    fn record_outcomes(
        &mut self,
        batch: &StartedBatch,
        results: &Results,
        columns: &Columns<'_>,
    ) -> Result<Option<String>, Failure> {
        let mut failed: Vec<RowFailure> = Vec::new();
        let mut ok = Vec::new();
        if let Some(check) = &mut self.portal_check {
            check.add(batch.rows(results).into_iter().map(|(row, ..)| row));
        }
        for (row, id, result) in batch.rows(results) {
            let earlier = self.failed_before(batch, row);
            match result.err().or(earlier.as_ref()) {
                Some(error) => failed.push(self.failure(row, id, error, columns)),
                None => ok.push(row),
            }
        }
        let rows = ok.len() + failed.len();
        let ok: Ranges = ok.into_iter().collect();
        let is_lost = ok.is_empty() && failed.iter().all(RowFailure::is_lost);
        self.consecutive_lost = if is_lost {
            self.consecutive_lost + 1
        } else {
            0
        };
        let is_first_without_success = !self.has_done_any && ok.is_empty();
        self.has_done_any |= !ok.is_empty();
        let count = |rows: usize| u64::try_from(rows).unwrap_or_default();
        let unanswered = failed.iter().filter(|failure| failure.is_unknown());
        self.unanswered.add(count(unanswered.count()));
        self.show_failed(&failed);
        let failures = count(failed.len());
        self.progress.advance(count(rows) - failures, failures);
        if let Some(after_stop) = &mut self.after_stop {
            after_stop.add(batch.number, count(rows) - failures, failures);
        }
        self.note_last(&failed);
        let first = failed.first().map(RowFailure::in_words);
        self.lost
            .add(batch.lost.row_numbers.iter().copied(), batch.lost.at);
        self.journal.done(batch.number, ok, failed, &batch.lost)?;
        if let Some(reason) = self.without_success(first.filter(|_| is_first_without_success)) {
            return Ok(Some(reason));
        }
        Ok((self.consecutive_lost >= MAX_CONSECUTIVE_LOST).then(|| {
            format!("{MAX_CONSECUTIVE_LOST} batches in a row had no usable answer: the API seems to be down. Resume later")
        }))
    }

    /// Returns the failure of a row, on which later ones may depend.
    fn failure(
        &mut self,
        row: u64,
        id: u64,
        error: &RowError,
        columns: &Columns<'_>,
    ) -> RowFailure {
        self.failed_rows.insert(row);
        if error.may_lack_additions() {
            self.failed.insert(row);
        }
        RowFailure::of(row, id, error, columns)
    }

    fn note_last(&mut self, failed: &[RowFailure]) {
        let last = failed.last().map(RowFailure::in_words);
        self.last_failure = last.or(self.last_failure.take());
    }

    /// Reports rows that are done, as their records show, so that they are not sent again.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub(crate) fn report_done(&mut self, rows: &RowSet) -> Result<(), Failure> {
        if rows.is_empty() {
            return Ok(());
        }
        self.progress.advance(rows.len(), 0);
        self.done_unsent.insert_all(rows);
        self.journal.unsent(rows.iter().collect(), Vec::new())
    }

    /// Reports rows that are not sent, as their records show that were just read. `are_all_unread` is whether
    /// no record could be read: if no row is done yet, the job stops as after a first batch without a success.
    ///
    /// # Errors
    /// If too many rows have failed, or if the journal cannot be written.
    pub(crate) fn refuse(
        &mut self,
        refused: &RefusedRows,
        are_all_unread: bool,
        columns: &Columns<'_>,
    ) -> Result<(), Stopped> {
        if refused.is_empty() {
            return Ok(());
        }
        let failed = refused.iter();
        let failed = failed.map(|(number, row)| self.failure(number, row.id, &row.error, columns));
        let failed: Vec<RowFailure> = failed.collect();
        self.show_failed(&failed);
        let count = u64::try_from(failed.len()).unwrap_or_default();
        self.progress.advance(0, count);
        self.note_last(&failed);
        let first = failed.first().map(RowFailure::in_words);
        let first = first.filter(|_| !self.has_done_any && are_all_unread);
        self.journal.unsent(Ranges::default(), failed)?;
        let stop = self.too_many_failed(&Running::default(), columns);
        match stop.or_else(|| self.without_success(first)) {
            Some(reason) => {
                let stopped = Stopped::Failed(Failure::new(reason));
                Err(self.with_outcomes(stopped))
            }
            None => Ok(()),
        }
    }

    /// Adds the outcomes of the batches that were under way when too many rows had failed.
    pub(super) fn with_outcomes(&self, stopped: Stopped) -> Stopped {
        match (stopped, &self.after_stop) {
            (Stopped::Failed(failure), Some(after)) => {
                Stopped::Failed(Failure::new(format!("{failure}. {}", after.in_words())))
            }
            (stopped, _) => stopped,
        }
    }

    /// Returns the error of a row that adds the same as an earlier row which has failed.
    fn failed_before(&self, batch: &StartedBatch, row: u64) -> Option<RowError> {
        let repeating = batch.repeating.iter().find(|it| it.number == row)?;
        let mut earlier = repeating.earlier.iter().copied();
        let number = earlier.find(|number| self.failed.contains(*number))?;
        Some(RowError::EarlierFailed {
            number,
            is_sent: !repeating.is_all,
        })
    }
}
