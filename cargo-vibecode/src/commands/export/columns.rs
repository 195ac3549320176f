//! The fields that are written, and the reading of a record into their cells.

mod cells_of_record;
mod choice;
mod old_codes;
mod record_values;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use serde::de::DeserializeSeed as _;
use serde_json::value::RawValue;
use vibecode_runtime::{Multifields, RawAnswer};
use vibecode_spec::{Field, Kind, Schema};

use self::{
    cells_of_record::CellsOfRecord,
    choice::{header, named, unwritable},
    record_values::{SlotsSeed, id_of_json},
};
pub(super) use self::{old_codes::OldCodes, record_values::id_of};
use super::{
    cell::{self, Cell, CellNote, Scalar},
    records::Records,
};
use crate::{
    change,
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
    /// Whether the cells are those of CSV.
    is_csv: bool,
    /// Whether the fields were named, so that each must be known of every record.
    are_named: bool,
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
    /// The number of records that have shown the field.
    shown: u64,
    /// The records that have not.
    not_shown: Records,
    /// Whether the column is not written, since no record has shown its field so far.
    is_left_out: bool,
}

/// Why a record cannot be written.
#[derive(Debug)]
pub(super) struct RecordProblem {
    pub(super) id: Option<u64>,
    pub(super) field: Option<String>,
    pub(super) problem: String,
}

impl RecordProblem {
    fn new(id: Option<u64>, field: Option<&Field>, problem: impl Into<String>) -> Self {
        Self {
            id,
            field: field.map(|field| field.name.clone()),
            problem: problem.into(),
        }
    }
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
        is_csv: bool,
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
            not_shown: Records::default(),
            is_left_out: false,
        });
        let columns: Vec<Column<'s>> = columns.collect();
        let are_named = !names.is_empty();
        let names = columns.iter().map(|column| &*column.field.name);
        let slots = [ID, ALL_MULTIFIELDS].into_iter().chain(names);
        Ok(Self {
            slots: slots.enumerate().map(|(slot, name)| (name, slot)).collect(),
            fields: columns,
            is_csv,
            are_named,
            as_other: 0,
            without_list: 0,
        })
    }

    /// Returns the headers, with the id first.
    pub(super) fn headers(&self) -> impl Iterator<Item = &str> {
        let headers = self.written().map(|column| &*column.header);
        std::iter::once(ID).chain(headers)
    }

    /// Returns the wire names of the columns.
    pub(super) fn wire_names(&self) -> impl Iterator<Item = &str> {
        self.written().map(|column| &*column.field.name)
    }

    /// Returns the wire names of all chosen fields, also of those whose columns are left out.
    pub(super) fn requested_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|column| &*column.field.name)
    }

    fn written(&self) -> impl Iterator<Item = &Column<'s>> {
        self.fields.iter().filter(|column| !column.is_left_out)
    }

    /// Returns the columns with codes that the portal does not have now.
    pub(super) fn old_codes(&self) -> impl Iterator<Item = (&str, &OldCodes)> {
        let columns = self.fields.iter();
        let columns = columns.filter(|column| column.old_codes.count > 0);
        columns.map(|column| (&*column.field.name, &column.old_codes))
    }

    /// Returns the fields that no record has shown so far, and whether they are left out: they have no column in CSV.
    pub(super) fn never_shown(&self) -> impl Iterator<Item = (&str, bool)> {
        let columns = self.fields.iter().filter(|column| column.shown == 0);
        columns.map(|column| {
            let is_without_key = !self.is_csv && !self.are_named && !column.is_multifield();
            let is_left_out = column.is_left_out || is_without_key;
            (&*column.field.name, is_left_out)
        })
    }

    /// Returns the columns that some records have shown, each with the records that have not.
    pub(super) fn partly_shown(&self) -> impl Iterator<Item = (&str, &Records)> {
        let columns = self.fields.iter();
        let columns = columns.filter(|column| column.shown > 0 && column.not_shown.count > 0);
        columns.map(|column| (&*column.field.name, &column.not_shown))
    }

    /// Leaves out the columns whose field none of these records shows: of the others too it would not be known which
    /// cells are empty.
    pub(super) fn leave_out_unshown(&mut self, first: &[RawAnswer]) {
        if first.is_empty() {
            return;
        }
        let mut is_shown = vec![false; self.fields.len()];
        for record in first {
            let Ok(values) = self.values(record.as_str()) else {
                continue;
            };
            let values = values.iter().skip(SLOTS_BEFORE_COLUMNS);
            for (is_shown, value) in is_shown.iter_mut().zip(values) {
                *is_shown |= value.is_some();
            }
        }
        for (column, is_shown) in self.fields.iter_mut().zip(is_shown) {
            column.is_left_out = !is_shown && !column.is_multifield();
        }
    }

    /// Reads a record, and passes its id and its cells on.
    ///
    /// # Errors
    /// If a part of it is not understood, or cannot be written in this form.
    pub(super) fn read(
        &mut self,
        record: &RawAnswer,
        is_wanted: impl FnOnce(u64) -> bool,
        write: impl FnOnce(u64, &[Cell<'_>], &[CellNote]) -> Result<(), std::io::Error>,
    ) -> Result<(u64, Option<Result<(), std::io::Error>>), RecordProblem> {
        let values = self.values(record.as_str())?;
        let value = |slot: usize| values.get(slot).copied().flatten();
        let id = value(0).and_then(|id| id_of_json(id.get()));
        let id = id.ok_or_else(|| {
            RecordProblem::new(None, None, "the record has no id that is a number")
        })?;
        if !is_wanted(id) {
            return Ok((id, None));
        }
        let has_multifields = self.fields.iter().any(Column::is_multifield);
        let multifields = if has_multifields {
            let read = record.multifields();
            read.map_err(|error| RecordProblem::new(Some(id), None, error.to_string()))?
        } else {
            Multifields::default()
        };
        let is_list = value(1).is_some_and(|list| list.get().starts_with(['[', '{']));
        let mut read = CellsOfRecord::default();
        for (index, column) in self.fields.iter_mut().enumerate() {
            let shown = value(SLOTS_BEFORE_COLUMNS + index);
            let added = if let Kind::Multifield(multifield) = column.field.kind {
                let is_shown = is_list || shown.is_some();
                read.add_entries(&multifields, multifield, is_shown)
            } else {
                column.add_to(&mut read, shown)
            };
            let checked = added.and_then(|()| read.check_last(self.is_csv));
            checked.map_err(|text| RecordProblem::new(Some(id), Some(column.field), text))?;
        }
        self.note(id, &read);
        self.as_other += read.as_other;
        self.without_list += u64::from(has_multifields && !is_list);
        read.leave_out(&self.fields);
        Ok((id, Some(write(id, &read.cells, &read.notes))))
    }

    /// Counts which fields a record that is written shows.
    fn note(&mut self, id: u64, read: &CellsOfRecord<'_>) {
        for (column, cell) in self.fields.iter_mut().zip(&read.cells) {
            if *cell == Cell::NotShown {
                column.not_shown.add(id);
            } else {
                column.shown += 1;
            }
        }
    }

    /// Returns the values of a record by their slots.
    fn values<'r>(&self, json: &'r str) -> Result<Vec<Option<&'r RawValue>>, RecordProblem> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let slots = SlotsSeed {
            slots: &self.slots,
            count: SLOTS_BEFORE_COLUMNS + self.fields.len(),
        };
        let values = slots.deserialize(&mut deserializer);
        values.map_err(|_| {
            RecordProblem::new(
                None,
                None,
                "the record is not an object, or has a field twice",
            )
        })
    }
}

impl<'s> Column<'s> {
    fn is_multifield(&self) -> bool {
        matches!(self.field.kind, Kind::Multifield(_))
    }

    /// Adds the cell of a field that is not a multifield to those of its record.
    ///
    /// # Errors
    /// If the value is not understood, or if there is no column for it. The text is the end of a sentence that begins
    /// with the name of the field.
    fn add_to<'c>(
        &mut self,
        read: &mut CellsOfRecord<'c>,
        shown: Option<&'c RawValue>,
    ) -> Result<(), Cow<'static, str>>
    where
        's: 'c,
    {
        let Some(json) = shown else {
            read.add(Cell::NotShown, CellNote::NotShown);
            return Ok(());
        };
        if self.is_left_out {
            return Err("is shown, and by none of the first records, so the file has no column for it: name it with --fields".into());
        }
        let cell = cell::read(self.field, json)?;
        let note = self.check_codes(&cell)?;
        let cell = self.labelled(cell);
        read.add(cell, note);
        Ok(())
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
            Cell::Empty | Cell::NotShown | Cell::Typed(_) => cell,
        }
    }
}
