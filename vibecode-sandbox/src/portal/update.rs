//! The effect of the body of a PATCH, or of a new record, on a record.
//!
//! The whole body is read before anything is applied, so that a refused body changes nothing.

use serde_json::{Map, Value};
use vibecode_spec::{Field, Kind};

use super::{
    catalogue::Catalogues,
    fields::{
        Fields, stored_file,
        stored_value::{self, Written},
    },
    ids::Ids,
    multifield::{self, NewEntry},
    quirks::{Phones, Quirks, ReadOnlyKeys, UnknownStatus},
    record::Record,
    status_set,
};
use crate::wire::Failure;

#[derive(Debug, Default)]
pub(crate) struct Update {
    /// Only the values that differ from the stored ones.
    values: Vec<(String, Value)>,
    /// A PATCH only ever adds (grade D). An equal value is added once more: whether that is so is
    /// not documented, and this is the worse case for a client.
    added: Vec<NewEntry>,
    dropped: Vec<String>,
}

/// What an update is read by, beside the record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) fields: &'a Fields,
    pub(crate) catalogues: &'a Catalogues,
    pub(crate) quirks: Quirks,
    /// Returns whether the request may write a field.
    pub(crate) writable: fn(&Field) -> bool,
}

impl Rules<'_> {
    /// Tasks refuse a read-only key (grade D). What the other entities do is a setting.
    fn read_only_keys(&self) -> ReadOnlyKeys {
        if self.fields.refuses_read_only() {
            return ReadOnlyKeys::Refused;
        }
        self.quirks.read_only_keys
    }
}

impl Update {
    /// Compares the body with the stored record. Keys of fields that are not `writable` are
    /// dropped, or refused.
    pub(crate) fn new(
        body: &Map<String, Value>,
        rules: &Rules<'_>,
        record: &Record,
        ids: &mut Ids,
    ) -> Result<Self, Failure> {
        let mut update = Self::default();
        for (key, value) in body {
            match rules.fields.get(key) {
                // An unknown key is dropped silently (grade O, B).
                None => update.dropped.push(key.clone()),
                Some(field) if !(rules.writable)(field) => match rules.read_only_keys() {
                    ReadOnlyKeys::Ignored => update.dropped.push(key.clone()),
                    ReadOnlyKeys::Refused => return Err(read_only(field)),
                },
                // Observed for the `ufCrmTask` of tasks (grade O).
                Some(field) if value.is_string() && rules.fields.drops_text_for_list(field) => {
                    update.dropped.push(key.clone());
                }
                Some(field) if !update.write(field, value, body, rules, record, ids)? => {
                    update.dropped.push(key.clone());
                }
                Some(_) => {}
            }
        }
        Ok(update)
    }

    /// Returns false if the value has no effect on the field.
    fn write(
        &mut self,
        field: &Field,
        value: &Value,
        body: &Map<String, Value>,
        rules: &Rules<'_>,
        record: &Record,
        ids: &mut Ids,
    ) -> Result<bool, Failure> {
        if let Kind::Multifield(multifield) = field.kind {
            if value.is_null() {
                return Ok(false);
            }
            let entries = multifield::parse(multifield, value);
            self.added
                .extend(entries.ok_or_else(|| wrong_shape(field))?);
            return Ok(true);
        }
        let stored = record.value(field);
        let written = match field.kind {
            Kind::File => stored_file::of(field, value, &stored, ids).map(Written::Value),
            _ => stored_value::of(field, value),
        };
        let new = match written.ok_or_else(|| wrong_value(field))? {
            Written::Value(new) => new,
            Written::NotSet => return Ok(false),
        };
        if !status_set::has_codes(field, &new, body, record, rules) {
            match rules.quirks.unknown_status {
                UnknownStatus::Stored => {}
                UnknownStatus::Dropped => return Ok(false),
                UnknownStatus::Refused => return Err(unknown_status(field)),
            }
        }
        if !stored_value::are_equal(field, &stored, &new) {
            self.values.push((field.name.clone(), new));
        }
        Ok(true)
    }

    /// If nothing changes, nothing is saved (grade B).
    pub(crate) fn changes(&self) -> bool {
        !self.values.is_empty() || !self.added.is_empty()
    }

    /// Applies the changes and returns the keys that had no effect.
    pub(crate) fn apply(self, record: &mut Record, ids: &mut Ids, phones: Phones) -> Vec<String> {
        record.values.extend(self.values);
        let added = self.added.into_iter().map(|entry| entry.formatted(phones));
        let entries = added.map(|entry| entry.stored_as(ids.next_entry()));
        record.entries.extend(entries);
        self.dropped
    }
}

/// Returns true if a PATCH can change the field.
pub(crate) fn is_changeable(field: &Field) -> bool {
    is_settable(field) && !field.immutable
}

/// Returns true if the field can be set in a new record.
pub(crate) fn is_settable(field: &Field) -> bool {
    !field.read_only
}

fn read_only(field: &Field) -> Failure {
    let message = format!("The field {} is read-only", field.name);
    Failure::new("READONLY_FIELD", message)
}

fn unknown_status(field: &Field) -> Failure {
    let message = format!(
        "The value of the field {} is not in its status set",
        field.name
    );
    Failure::invalid_request(message)
}

fn wrong_shape(field: &Field) -> Failure {
    let name = &field.name;
    Failure::new(
        "INVALID_MULTIFIELD_SHAPE",
        format!("The value of the field {name} has a wrong shape"),
    )
    .hint(format!("It must be {}", multifield::FORMS))
}

fn wrong_value(field: &Field) -> Failure {
    let array = if field.multiple { "array of " } else { "" };
    let (name, kind) = (&field.name, field.kind.name());
    Failure::invalid_request(format!(
        "The value of the field {name} does not match its type: {array}{kind}"
    ))
}
