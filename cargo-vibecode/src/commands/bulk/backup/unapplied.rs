//! The rows of a job that have changed nothing, which an undo leaves.

use super::written::rows_of;
use crate::commands::bulk::{
    input::rows::Record, journal::row_set::RowSet, record_fields::RecordFields,
};

/// The rows of the job of a backup that have changed nothing: the journal shows that they were never sent, or that their
/// change was not applied. What their records have is not what the job wrote, even if it is the same value.
///
/// Example: row 3 sets a post to `Director` and is refused, and somebody else sets it to `Director` later. The undo
/// leaves that record.
#[derive(Debug)]
pub(crate) struct UnappliedRows {
    pub(crate) sent: RowSet,
    /// Those of the sent rows that were not applied.
    pub(crate) not_applied: RowSet,
}

impl UnappliedRows {
    /// Returns whether all rows of the job that a row of the backup undoes have changed nothing. A row that does not say
    /// which they are is undone.
    pub(crate) fn are_all_of(&self, row: &Record) -> bool {
        let line = str::from_utf8(row.raw_line()).ok();
        let fields = line.and_then(RecordFields::read);
        let Some(Ok(Some(rows))) = fields.as_ref().map(rows_of) else {
            return false;
        };
        let is_unapplied = |row| !self.sent.contains(row) || self.not_applied.contains(row);
        !rows.is_empty() && rows.iter().all(is_unapplied)
    }
}
