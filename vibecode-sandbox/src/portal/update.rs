//! The effect of the body of a PATCH, or of a new record, on a record.
//!
//! The whole body is read before anything is applied, so that a refused body changes nothing.

use serde_json::{Map, Value};
use vibecode_spec::{Field, Kind};

use super::{
    fields::{Fields, stored_file, stored_value},
    ids::Ids,
    multifield::{self, NewEntry},
    record::Record,
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

impl Update {
    /// Compares the body with the stored record. Keys of fields that are not `writable` are
    /// dropped.
    pub(crate) fn new(
        body: &Map<String, Value>,
        fields: &Fields,
        writable: fn(&Field) -> bool,
        record: &Record,
        ids: &mut Ids,
    ) -> Result<Self, Failure> {
        let mut update = Self::default();
        for (key, value) in body {
            let field = fields.get(key);
            if let Some(field) = field.filter(|it| it.read_only && fields.refuses_read_only()) {
                return Err(read_only(field));
            }
            match field.filter(|field| writable(field)) {
                // An unknown key is dropped silently (grade O, B). A read-only key is assumed to be
                // dropped too, and null to be ignored (both open questions).
                None => update.dropped.push(key.clone()),
                Some(_) if value.is_null() => update.dropped.push(key.clone()),
                // Observed for the `ufCrmTask` of tasks (grade O).
                Some(field) if value.is_string() && fields.drops_text_for_list(field) => {
                    update.dropped.push(key.clone());
                }
                Some(field) => update.write(field, value, record, ids)?,
            }
        }
        Ok(update)
    }

    fn write(
        &mut self,
        field: &Field,
        value: &Value,
        record: &Record,
        ids: &mut Ids,
    ) -> Result<(), Failure> {
        if let Kind::Multifield(multifield) = field.kind {
            let entries = multifield::parse(multifield, value);
            self.added
                .extend(entries.ok_or_else(|| wrong_shape(field))?);
            return Ok(());
        }
        let stored = record.value(field);
        let new = match field.kind {
            Kind::File => stored_file::of(field, value, &stored, ids),
            _ => stored_value::of(field, value),
        };
        let new = new.ok_or_else(|| wrong_value(field))?;
        if !stored_value::are_equal(field, &stored, &new) {
            self.values.push((field.name.clone(), new));
        }
        Ok(())
    }

    /// If nothing changes, nothing is saved (grade B).
    pub(crate) fn changes(&self) -> bool {
        !self.values.is_empty() || !self.added.is_empty()
    }

    /// Applies the changes and returns the keys that had no effect.
    pub(crate) fn apply(self, record: &mut Record, ids: &mut Ids) -> Vec<String> {
        record.values.extend(self.values);
        let added = self.added.into_iter();
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

fn wrong_shape(field: &Field) -> Failure {
    let name = &field.name;
    Failure::new(
        "INVALID_MULTIFIELD_SHAPE",
        format!("The value of the field {name} has a wrong shape"),
    )
    .hint(format!("It must be {}", multifield::FORMS))
}

fn read_only(field: &Field) -> Failure {
    let message = format!("The field {} is read-only", field.name);
    Failure::new("READONLY_FIELD", message)
}

fn wrong_value(field: &Field) -> Failure {
    let array = if field.multiple { "array of " } else { "" };
    let (name, kind) = (&field.name, field.kind.name());
    Failure::invalid_request(format!(
        "The value of the field {name} does not match its type: {array}{kind}"
    ))
}
