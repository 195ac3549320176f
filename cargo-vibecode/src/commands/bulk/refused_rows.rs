//! Rows that must not be sent, as their records show that were read before.

use std::collections::BTreeMap;

use super::{records::RowRecord, send::batch::RowError};

/// Rows that must not be sent, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct RefusedRows(BTreeMap<u64, RefusedRow>);

/// A row that must not be sent.
#[derive(Debug)]
pub(crate) struct RefusedRow {
    /// The id of its record.
    pub(crate) id: u64,
    pub(crate) error: RowError,
}

impl RefusedRows {
    pub(super) fn add(&mut self, row: &RowRecord, error: RowError) {
        let id = row.job.id();
        self.0.insert(row.number, RefusedRow { id, error });
    }

    /// Adds other rows.
    pub(super) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the rows in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &RefusedRow)> {
        self.0.iter().map(|(number, row)| (*number, row))
    }

    /// Returns why this row must not be sent.
    pub(crate) fn of_row(&self, number: u64) -> Option<&RowError> {
        self.0.get(&number).map(|row| &row.error)
    }
}
