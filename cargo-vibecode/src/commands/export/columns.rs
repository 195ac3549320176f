//! The fields that are written, and the reading of a record into their cells.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use vibecode_runtime::{Multifields, RawAnswer};
use vibecode_spec::{ExportHeaders, Field, Kind, Multifield, Schema, one_line};

use super::cell::{self, Cell, Scalar};
use crate::{
    change::{self, SEPARATOR, WIRE},
    code_file::KnownCodes,
    column_header::{export_headers, means},
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

/// Values of a field that `bulk` refuses as codes.
#[derive(Debug, Default)]
pub(super) struct OldCodes {
    /// The number of values.
    pub(super) count: u64,
    /// The first of the codes.
    pub(super) shown: Vec<String>,
}

impl OldCodes {
    fn add(&mut self, code: &str) {
        self.count += 1;
        let code = one_line(code);
        if self.shown.len() < MAX_OLD_CODES && !self.shown.contains(&code) {
            self.shown.push(code);
        }
    }
}

/// Why a record cannot be written.
#[derive(Debug)]
pub(super) struct RecordProblem {
    pub(super) id: Option<u64>,
    pub(super) field: Option<String>,
    pub(super) problem: String,
}

/// The number of old codes that are shown of a column.
const MAX_OLD_CODES: usize = 5;

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

    /// Counts the codes that `bulk` refuses, such as those that the portal does not have now.
    ///
    /// # Errors
    /// If `bulk` would read a code as another one.
    fn check_codes(&mut self, cell: &Cell<'_>) -> Result<(), String> {
        if !change::has_codes(self.field) {
            return Ok(());
        }
        let values = match cell {
            Cell::One(value) => std::slice::from_ref(value),
            Cell::List(values) => values,
            Cell::Empty | Cell::Typed(_) => &[],
        };
        for code in values.iter().map(Scalar::text) {
            if self.labels.contains_key(code) || self.known_codes.contains(code) {
                continue;
            }
            match change::value(self.field, code, self.codes) {
                Ok(read) if read.as_str() == Some(code) => {
                    self.known_codes.insert(code.to_owned());
                }
                Ok(_) => {
                    return Err(format!(
                        "has the code `{}`, which the portal does not list: `bulk` would read it as the name of another code",
                        one_line(code)
                    ));
                }
                Err(_) => self.old_codes.add(code),
            }
        }
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
            Cell::Empty | Cell::Typed(_) => cell,
        }
    }
}

fn named<'s>(schema: &'s Schema, name: &str) -> Result<&'s Field, String> {
    let field = change::field(schema, name)?;
    match unwritable(field) {
        Some(problem) => Err(format!("`{}` {problem}", field.name)),
        None => Ok(field),
    }
}

/// Returns why a field has no form as text.
fn unwritable(field: &Field) -> Option<&'static str> {
    if Multifield::UNWRITABLE.contains(&&*field.name) {
        return Some("is a list that `bulk` cannot read: export `phone` and `email`");
    }
    (field.kind == Kind::File).then_some("takes files, which cannot be written as text")
}

/// Returns a header that finds the field again: its label, if it is wanted, or its wire name.
fn header(
    field: &Field,
    schema: &Schema,
    export: Option<&ExportHeaders>,
    with_labels: bool,
) -> String {
    let label = field.title.as_ref();
    let label = label.filter(|label| with_labels && means(schema, export, label, field));
    match label {
        Some(label) => label.clone(),
        None if means(schema, None, &field.name, field) => field.name.clone(),
        // The wire name is also the label of another field.
        None => format!("{WIRE}{}", field.name),
    }
}

fn has_separator(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Empty | Cell::One(_) => false,
        Cell::List(values) => values.iter().any(|value| value.text().contains(SEPARATOR)),
        Cell::Typed(values) => values.iter().any(|(value, _)| value.contains(SEPARATOR)),
    }
}

/// Returns the id of a record, if it is a number above 0.
pub(super) fn id_of(record: &RawAnswer) -> Option<u64> {
    let record: serde_json::Value = record.parse().ok()?;
    id_of_json(&record.get(ID)?.to_string())
}

fn id_of_json(json: &str) -> Option<u64> {
    let id = json.trim_matches('"').parse();
    id.ok().filter(|id| *id > 0)
}

/// Reads an object into the slots of its keys. A key that occurs twice is an error.
struct SlotsSeed<'k> {
    slots: &'k HashMap<&'k str, usize>,
    count: usize,
}

impl<'de> DeserializeSeed<'de> for SlotsSeed<'_> {
    type Value = Vec<Option<&'de RawValue>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for SlotsSeed<'_> {
    type Value = Vec<Option<&'de RawValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = vec![None; self.count];
        while let Some(slot) = map.next_key_seed(KeySeed(self.slots))? {
            let Some(value) = slot.and_then(|slot| values.get_mut(slot)) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if value.replace(map.next_value()?).is_some() {
                return Err(A::Error::custom("a key occurs twice"));
            }
        }
        Ok(values)
    }
}

/// Reads a key as its slot, if it has one.
struct KeySeed<'k>(&'k HashMap<&'k str, usize>);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.get(name).copied())
    }
}
