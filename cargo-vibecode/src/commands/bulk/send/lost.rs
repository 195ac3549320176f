//! The rows of which an attempt was lost: it ended without an answer that says whether it was applied.
//!
//! The client repeats an attempt that only sets fields at once, and the row is done if the second one is answered. But
//! the lost attempt may still be applied, until it has settled. It would then replace what a later row of the same
//! record, or an undo, has set in between.

use std::time::{Duration, Instant};

use vibecode_runtime::{Error, ErrorKind, Outcome};

use crate::commands::bulk::journal::{self, HEARTBEAT, row_set::RowSet};

/// The rows of a batch of which an attempt was lost.
#[derive(Debug, Default)]
pub(crate) struct LostRows {
    pub(crate) lines: Vec<u64>,
    /// When the last of the attempts ended, in milliseconds since 1970.
    pub(crate) at: u64,
}

impl LostRows {
    pub(super) fn add(&mut self, line: u64, at: Instant) {
        let elapsed = u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.lines.push(line);
        self.at = self.at.max(journal::now().saturating_sub(elapsed));
    }
}

/// Returns whether a change with this error may still be applied. A change that was answered with a success is decided,
/// even if its record does not show it.
pub(super) fn is_lost(error: &Error) -> bool {
    error.outcome() == Outcome::Unknown && error.kind() != ErrorKind::NotTaken
}

/// All rows of the job of which an attempt was lost, also those of earlier processes.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllLost {
    pub(crate) rows: RowSet,
    /// When the last of the attempts ended, in milliseconds since 1970.
    pub(crate) at: u64,
}

impl AllLost {
    pub(crate) fn add(&mut self, rows: impl IntoIterator<Item = u64>, at: u64) {
        for row in rows {
            self.rows.insert(row);
            self.at = self.at.max(at);
        }
    }

    /// Returns how long one of the attempts may still be applied.
    pub(crate) fn unsettled(&self, settle: Duration) -> Duration {
        if self.rows.is_empty() {
            return Duration::ZERO;
        }
        let passed = Duration::from_millis(journal::now().saturating_sub(self.at));
        (settle + HEARTBEAT * 2).saturating_sub(passed)
    }
}
