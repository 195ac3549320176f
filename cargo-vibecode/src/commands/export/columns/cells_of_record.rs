//! The cells of one record, and what is noted of them.

use std::borrow::Cow;

use vibecode_runtime::Multifields;
use vibecode_spec::Multifield;

use super::{Cell, CellNote, Column, Scalar, cell};
use crate::change::SEPARATOR;

#[derive(Debug, Default)]
pub(super) struct CellsOfRecord<'a> {
    pub(super) cells: Vec<Cell<'a>>,
    pub(super) notes: Vec<CellNote>,
    /// The phones and emails whose type the API does not write.
    pub(super) as_other: u64,
}

impl<'a> CellsOfRecord<'a> {
    pub(super) fn add(&mut self, cell: Cell<'a>, note: CellNote) {
        self.cells.push(cell);
        self.notes.push(note);
    }

    /// Adds the cell of a multifield.
    ///
    /// # Errors
    /// If the record does not show whether it has values.
    pub(super) fn add_entries(
        &mut self,
        multifields: &'a Multifields,
        multifield: Multifield,
        is_shown: bool,
    ) -> Result<(), Cow<'static, str>> {
        let (cell, others) = cell::typed(multifields.entries(), multifield);
        if !is_shown && cell == Cell::Empty {
            return Err("is not shown, so its values are not known".into());
        }
        self.as_other += others;
        let note = if others > 0 {
            CellNote::OtherType
        } else {
            CellNote::Nothing
        };
        self.add(cell, note);
        Ok(())
    }

    /// Checks that a cell of CSV, if it is one, can carry the values of the last cell.
    ///
    /// # Errors
    /// If they have a NUL, or if one of several has the separator.
    pub(super) fn check_last(&self, is_csv: bool) -> Result<(), Cow<'static, str>> {
        if is_csv && self.cells.last().is_some_and(has_nul) {
            return Err("has a NUL, which a reader of CSV takes for another encoding: write JSON Lines with --as jsonl".into());
        }
        if is_csv && self.cells.last().is_some_and(has_separator) {
            return Err("has a value with `;`, which separates several values in CSV: write JSON Lines with --as jsonl".into());
        }
        Ok(())
    }

    /// Takes out the cells of columns that are left out.
    pub(super) fn leave_out(&mut self, columns: &[Column<'_>]) {
        let is_written = || columns.iter().map(|column| !column.is_left_out);
        let mut of_cells = is_written();
        self.cells.retain(|_| of_cells.next() == Some(true));
        let mut of_notes = is_written();
        self.notes.retain(|_| of_notes.next() == Some(true));
    }
}

fn has_nul(cell: &Cell<'_>) -> bool {
    let is_with_nul = |text: &str| text.contains('\0');
    match cell {
        Cell::Empty | Cell::NotShown => false,
        Cell::One(value) => is_with_nul(value.text()),
        Cell::List(values) => values.iter().map(Scalar::text).any(is_with_nul),
        Cell::Typed(values) => values.iter().any(|(value, _)| is_with_nul(value)),
    }
}

fn has_separator(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Empty | Cell::NotShown | Cell::One(_) => false,
        Cell::List(values) => {
            let mut texts = values.iter().map(Scalar::text);
            texts.any(|text| text.contains(SEPARATOR))
        }
        Cell::Typed(values) => values.iter().any(|(value, _)| value.contains(SEPARATOR)),
    }
}
