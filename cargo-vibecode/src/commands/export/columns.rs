//! The fields that are written, and the reading of a record into their cells.

mod choice;
mod old_codes;
mod record_values;

use std::collections::{HashMap, HashSet};

use serde::de::DeserializeSeed as _;
use serde_json::value::RawValue;
use vibecode_runtime::{Multifields, RawAnswer};
use vibecode_spec::{Field, Kind, Schema};

use self::{
    choice::{header, named, unwritable},
    record_values::{SlotsSeed, id_of_json},
};
pub(super) use self::{old_codes::OldCodes, record_values::id_of};
use super::cell::{self, Cell, Scalar};
use crate::{
    change::{self, SEPARATOR},
    code_file::KnownCodes,
    column_header::export_headers,
    returned_value::{Labels, labels},
};

pub(super) const ID: &str = "id";
/// Lists every phone and email of a record.
const ALL_MULTIFIELDS: &str = "fm";

/// The columns after the id.
#[derive(Debug)]
pub(super) struct Columns<'s> {
    fields: Vec<Column<'s>>,
    /// The slot of each wire name while a record is read: the id, `fm`, then the columns.
    slots: HashMap<&'s str, usize>,
    /// Whether a cell may not contain the separator of several values.
    cells_hold_lists: bool,
    /// The phones and emails whose type the API does not write.
    pub(super) as_other: u64,
    /// The records whose phones and emails are not shown as a complete list.
    pub(super) without_list: u64,
}

#[derive(Debug)]
struct Column<'s> {
    field: &'s Field,
    header: String,
    /// The labels that are written instead of the ids of options and codes.
    labels: Labels<'s>,
    /// The codes of the portal, which `bulk` checks.
    codes: &'s KnownCodes,
    /// The codes so far that `bulk` takes.
    known_codes: HashSet<String>,
    old_codes: OldCodes,
    /// The number of records that have shown the field, and that have not.
    shown: u64,
    not_shown: u64,
}
/// Why a record cannot be written.
#[derive(Debug)]
pub(super) struct RecordProblem {
    pub(super) id: Option<u64>,
    pub(super) field: Option<String>,
    pub(super) problem: String,
}

const SLOTS_BEFORE_COLUMNS: usize = 2;

impl<'s> Columns<'s> {
    /// Finds the fields with these names, or all that `bulk` can change.
    ///
    /// # Errors
    /// The problems of all names.
    pub(super) fn choose(
        names: &[String],
        entity: &str,
        schema: &'s Schema,
        codes: &'s KnownCodes,
        with_labels: bool,
        cells_hold_lists: bool,
    ) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let mut fields: Vec<&Field> = Vec::new();
        for name in names.iter().map(|name| name.trim()) {
            match named(schema, name) {
                Ok(field) if field.name == ID || fields.contains(&field) => {}
                Ok(field) => fields.push(field),
                Err(problem) => problems.push(format!("--fields: {problem}")),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        if names.is_empty() {
            let writable = |field: &&Field| {
                field.name != ID && !change::is_fixed(field) && unwritable(field).is_none()
            };
            fields = schema.fields().filter(writable).collect();
        }
        let export = export_headers(entity);
        let columns = fields.into_iter().map(|field| Column {
            header: header(field, schema, export.as_ref(), with_labels),
            labels: labels(field, codes, with_labels),
            codes,
            known_codes: HashSet::new(),
            old_codes: OldCodes::default(),
            field,
            shown: 0,
            not_shown: 0,
        });
        let columns: Vec<Column<'s>> = columns.collect();
        let names = columns.iter().map(|column| &*column.field.name);
        let slots = [ID, ALL_MULTIFIELDS].into_iter().chain(names);
        Ok(Self {
            slots: slots.enumerate().map(|(slot, name)| (name, slot)).collect(),
            fields: columns,
            cells_hold_lists,
            as_other: 0,
            without_list: 0,
        })
    }

    /// Returns the headers, with the id first.
    pub(super) fn headers(&self) -> impl Iterator<Item = &str> {
        let headers = self.fields.iter().map(|column| &*column.header);
        std::iter::once(ID).chain(headers)
    }

    /// Returns the wire names of the columns.
    pub(super) fn wire_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|column| &*column.field.name)
    }

    /// Returns the columns with codes that the portal does not have now.
    pub(super) fn old_codes(&self) -> impl Iterator<Item = (&str, &OldCodes)> {
        let columns = self.fields.iter();
        let columns = columns.filter(|column| column.old_codes.count > 0);
        columns.map(|column| (&*column.field.name, &column.old_codes))
    }

    /// Returns the columns that no record has shown so far.
    pub(super) fn never_shown(&self) -> Vec<&str> {
        let columns = self.fields.iter().filter(|column| column.shown == 0);
        columns.map(|column| &*column.field.name).collect()
    }

    /// Returns the columns that some records have shown, each with the number of records that have not.
    pub(super) fn partly_shown(&self) -> impl Iterator<Item = (&str, u64)> {
        let columns = self.fields.iter();
        let columns = columns.filter(|column| column.shown > 0 && column.not_shown > 0);
        columns.map(|column| (&*column.field.name, column.not_shown))
    }

    /// Reads a record, and passes its id and its cells on.
    ///
    /// # Errors
    /// If a part of it is not understood, or cannot be written in this form.
    pub(super) fn read(
        &mut self,
        record: &RawAnswer,
        is_wanted: impl FnOnce(u64) -> bool,
        write: impl FnOnce(u64, &[Cell<'_>]) -> Result<(), std::io::Error>,
    ) -> Result<(u64, Option<Result<(), std::io::Error>>), RecordProblem> {
        let values = self.values(record.as_str())?;
        let value = |slot: usize| values.get(slot).copied().flatten();
        let problem = |id, field: Option<&Field>, problem: &str| RecordProblem {
            id,
            field: field.map(|field| field.name.clone()),
            problem: problem.to_owned(),
        };
        let id = value(0).and_then(|id| id_of_json(id.get()));
        let id = id.ok_or_else(|| problem(None, None, "the record has no id that is a number"))?;
        if !is_wanted(id) {
            return Ok((id, None));
        }
        let has_multifields = self.fields.iter().any(Column::is_multifield);
        let multifields = if has_multifields {
            let read = record.multifields();
            read.map_err(|error| problem(Some(id), None, &error.to_string()))?
        } else {
            Multifields::default()
        };
        let is_list = value(1).is_some_and(|list| list.get().starts_with(['[', '{']));
        let mut as_other = 0;
        let mut cells = Vec::with_capacity(self.fields.len());
        for (index, column) in self.fields.iter_mut().enumerate() {
            let shown = value(SLOTS_BEFORE_COLUMNS + index);
            let cell = if let Kind::Multifield(multifield) = column.field.kind {
                let (cell, others) = cell::typed(multifields.entries(), multifield);
                if !is_list && shown.is_none() && cell == Cell::Empty {
                    let text = "is not shown, so its values are not known";
                    return Err(problem(Some(id), Some(column.field), text));
                }
                as_other += others;
                column.shown += 1;
                cell
            } else {
                *if shown.is_some() {
                    &mut column.shown
                } else {
                    &mut column.not_shown
                } += 1;
                let cell = shown.map_or(Ok(Cell::Empty), |json| cell::read(column.field, json));
                let cell = cell.map_err(|text| problem(Some(id), Some(column.field), text))?;
                let checked = column.check_codes(&cell);
                checked.map_err(|text| problem(Some(id), Some(column.field), &text))?;
                column.labelled(cell)
            };
            if self.cells_hold_lists && has_separator(&cell) {
                let text = "has a value with `;`, which separates several values in CSV: write JSON Lines with --as jsonl";
                return Err(problem(Some(id), Some(column.field), text));
            }
            cells.push(cell);
        }
        self.as_other += as_other;
        self.without_list += u64::from(has_multifields && !is_list);
        Ok((id, Some(write(id, &cells))))
    }

    /// Returns the values of a record by their slots.
    fn values<'r>(&self, json: &'r str) -> Result<Vec<Option<&'r RawValue>>, RecordProblem> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let slots = SlotsSeed {
            slots: &self.slots,
            count: SLOTS_BEFORE_COLUMNS + self.fields.len(),
        };
        slots
            .deserialize(&mut deserializer)
            .map_err(|_| RecordProblem {
                id: None,
                field: None,
                problem: "the record is no object, or has a field twice".to_owned(),
            })
    }
}

impl<'s> Column<'s> {
    fn is_multifield(&self) -> bool {
        matches!(self.field.kind, Kind::Multifield(_))
    }

    fn labelled<'c>(&self, cell: Cell<'c>) -> Cell<'c>
    where
        's: 'c,
    {
        if self.labels.is_empty() {
            return cell;
        }
        let labelled = |value: Scalar<'c>| value.labelled(&self.labels);
        match cell {
            Cell::One(value) => Cell::One(labelled(value)),
            Cell::List(values) => Cell::List(values.into_iter().map(labelled).collect()),
            Cell::Empty | Cell::Typed(_) => cell,
        }
    }
}

fn has_separator(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Empty | Cell::One(_) => false,
        Cell::List(values) => values.iter().any(|value| value.text().contains(SEPARATOR)),
        Cell::Typed(values) => values.iter().any(|(value, _)| value.contains(SEPARATOR)),
    }
}
