//! The rows of which an attempt was lost: it ended without an answer that says whether it was applied.
//!
//! The client repeats an attempt that only sets fields at once, and the row is done if the second one is answered. But
//! the lost attempt may still be applied, until it has settled. It would then replace what a later row of the same
//! record, or an undo, has set in between.

use std::time::{Duration, Instant};

use vibecode_runtime::{Error, Outcome};

use crate::{commands::bulk::journal::row_set::RowSet, verify};

/// The rows of a batch of which an attempt was lost.
#[derive(Debug, Default)]
pub(crate) struct LostRows {
    pub(crate) row_numbers: Vec<u64>,
    /// When the last of the attempts ended.
    pub(super) at: Option<Instant>,
}

impl LostRows {
    pub(super) fn add(&mut self, number: u64, at: Instant) {
        self.row_numbers.push(number);
        self.at = self.at.max(Some(at));
    }
}

/// Returns whether a change with this error may still be applied. A change that was answered with a success is decided,
/// even if its record does not show it, or shows it in another form.
pub(super) fn is_lost(error: &Error) -> bool {
    error.outcome() == Outcome::Unknown && !verify::is_not_shown(error)
}

/// All rows of the job of which an attempt was lost, also those of earlier processes.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllLost {
    pub(crate) rows: RowSet,
    /// When the last of the attempts had ended at the latest; `None` if they have settled.
    ended: Option<Instant>,
}

impl AllLost {
    pub(crate) fn add(&mut self, rows: impl IntoIterator<Item = u64>, ended: Option<Instant>) {
        for row in rows {
            self.rows.insert(row);
            self.ended = self.ended.max(ended);
        }
    }

    /// Notes that the attempts so far have settled.
    pub(crate) fn settle(&mut self) {
        self.ended = None;
    }

    /// Returns whether it is not noted that the attempts have settled.
    pub(crate) fn is_open(&self) -> bool {
        self.ended.is_some()
    }

    /// Returns how long one of the attempts may still be applied.
    pub(crate) fn unsettled(&self, settle: Duration) -> Duration {
        let ended = self.ended.map(|ended| ended.elapsed());
        ended.map_or(Duration::ZERO, |passed| settle.saturating_sub(passed))
    }
}
