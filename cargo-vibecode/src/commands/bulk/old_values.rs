//! What a row would change in a record, and the values that the record has now.

use serde_json::{Value, value::RawValue};
use vibecode_runtime::{MultifieldEntry, Multifields, PatchJob, RawAnswer};
use vibecode_spec::{Field, Multifield, Schema};

use super::record_fields::RecordFields;
use crate::{
    returned_value::{self, ReturnedValue},
    verify::has_entry,
};

/// The changes of one row.
#[derive(Debug, Default)]
pub(super) struct RowChanges<'r> {
    /// The fields that are set or cleared and have another value now.
    pub(super) changed: Vec<FieldChange<'r>>,
    /// The phones and emails that the record does not have.
    pub(super) added: Vec<Addition>,
}

/// The change of one field.
#[derive(Debug)]
pub(super) struct FieldChange<'r> {
    pub(super) field: String,
    pub(super) old: OldValue<'r>,
    pub(super) new: Value,
}

/// The value that a field has now.
#[derive(Debug, PartialEq)]
pub(super) enum OldValue<'r> {
    Known(ReturnedValue<'r>),
    /// It is not shown, or in a form that is not understood. The text is the end of a sentence that begins
    /// with the name of the field.
    Unknown(&'static str),
}

/// A phone or an email that is added.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Addition {
    pub(super) field: &'static str,
    pub(super) value: String,
    /// Such as `WORK`.
    pub(super) value_type: String,
    /// Whether it is known that the record does not have it.
    pub(super) is_known: bool,
}

const NOT_SHOWN: &str = "is not shown by the API";
const NO_OBJECT: &str = "is in an answer that is no object, or that has a field twice";
const NO_FIELD: &str = "is not in the schema";

impl<'r> RowChanges<'r> {
    /// Compares a row with its record.
    pub(super) fn of(job: &PatchJob, record: &'r RawAnswer, schema: &Schema) -> Self {
        let now = RecordFields::read(record.as_str());
        let different = job.mismatches(record);
        let mut present = None;
        let mut changes = Self::default();
        for change in job.fields() {
            let name = change.name();
            if let Some(multifield) = Multifield::of_field(name) {
                let present = present.get_or_insert_with(|| record.multifields().ok());
                let added = change.added().iter();
                let added =
                    added.filter_map(|added| Addition::of(multifield, added, present.as_ref()));
                changes.added.extend(added);
                continue;
            }
            if !different.iter().any(|it| it.field() == name) {
                continue;
            }
            let old = OldValue::in_record(name, now.as_ref(), schema);
            let new = change
                .json()
                .and_then(|json| serde_json::from_str(json).ok());
            changes.changed.push(FieldChange {
                field: name.to_owned(),
                old,
                new: new.unwrap_or_default(),
            });
        }
        changes
    }

    /// Adds a field that another row about the record changes.
    pub(super) fn add_field(&mut self, name: &str, record: &'r RawAnswer, schema: &Schema) {
        if self.changed.iter().any(|it| it.field == name) {
            return;
        }
        let now = RecordFields::read(record.as_str());
        self.changed.push(FieldChange {
            field: name.to_owned(),
            old: OldValue::in_record(name, now.as_ref(), schema),
            new: Value::default(),
        });
    }
}

impl<'r> OldValue<'r> {
    fn in_record(name: &str, now: Option<&RecordFields<'r>>, schema: &Schema) -> Self {
        match (now, schema.field(name)) {
            (None, _) => Self::Unknown(NO_OBJECT),
            (_, None) => Self::Unknown(NO_FIELD),
            (Some(now), Some(field)) => Self::of(field, now.get(name)),
        }
    }

    /// Reads a value of an answer. A missing key says nothing about the field.
    fn of(field: &Field, json: Option<&'r RawValue>) -> Self {
        let read = json.map_or(Err(NOT_SHOWN), |json| returned_value::read(field, json));
        read.map_or_else(Self::Unknown, Self::Known)
    }
}

impl Addition {
    /// Returns `None` if the record has the value already.
    fn of(
        multifield: Multifield,
        added: &MultifieldEntry,
        present: Option<&Multifields>,
    ) -> Option<Self> {
        let value = added.value();
        let is_present = present.is_some_and(|present| has_entry(present, multifield, value));
        (!is_present).then(|| Self {
            field: multifield.name(),
            value: value.to_owned(),
            value_type: added.value_type().to_owned(),
            is_known: present.is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use vibecode_runtime::Contacts;
    use vibecode_spec::Entity;

    use super::*;

    fn record(json: &str) -> RawAnswer {
        RawAnswer::from_json::<Contacts>(json).unwrap()
    }

    /// The old value of a field that a row sets, as a row of JSON Lines has it.
    fn old(name: &str, new: &str, json: &str) -> Result<String, &'static str> {
        let patch = PatchJob::untyped("contacts", 71).set(name, new);
        let record = record(json);
        let changes = RowChanges::of(&patch.job().unwrap(), &record, Entity::Contacts.schema());
        let [change] = &changes.changed[..] else {
            panic!("{name} {json}: {changes:?}");
        };
        match &change.old {
            OldValue::Known(value) => Ok(value.json()),
            OldValue::Unknown(problem) => Err(problem),
        }
    }

    #[test]
    fn an_old_value_is_what_sets_it_again() {
        for (name, value, restored) in [
            ("post", r#""Clerk""#, r#""Clerk""#),
            ("post", r#""""#, "null"),
            ("post", "null", "null"),
            // A text is never the word `false`.
            ("post", "false", "null"),
            ("companyId", r#""15""#, "15"),
            ("companyId", "0", "null"),
            ("companyId", r#""0""#, "null"),
            ("opened", r#""Y""#, "true"),
            (
                "birthdate",
                r#""1990-05-08T03:00:00+03:00""#,
                r#""1990-05-08""#,
            ),
            ("companyIds", r#"[9,"15"]"#, "[9,15]"),
            ("companyIds", "[]", "null"),
        ] {
            let record = format!(r#"{{"{name}":{value}}}"#);
            assert_eq!(old(name, "new", &record).unwrap(), restored, "{record}");
        }
    }

    #[test]
    fn what_is_not_shown_or_not_understood_is_not_nothing() {
        for (name, record) in [
            ("post", r#"{"id":71}"#),
            ("post", r#"{"post":{"a":1}}"#),
            ("birthdate", r#"{"birthdate":"08.05.1990"}"#),
            ("opened", r#"{"opened":"maybe"}"#),
            ("companyIds", r#"{"companyIds":[[9]]}"#),
            ("post", r#"{"post":"a","post":"b"}"#),
            ("post", "[]"),
        ] {
            assert!(old(name, "new", record).is_err(), "{name} {record}");
        }
    }

    #[test]
    fn phones_in_a_form_that_is_not_understood_are_not_taken_for_none() {
        let patch = PatchJob::untyped("contacts", 71).add("phone", "+79161112233", "WORK");
        let job = patch.job().unwrap();
        for (json, is_known) in [(r#"{"fm":"odd"}"#, false), (r#"{"fm":[]}"#, true)] {
            let record = record(json);
            let changes = RowChanges::of(&job, &record, Entity::Contacts.schema());
            assert_eq!(changes.added.len(), 1);
            assert_eq!(changes.added[0].is_known, is_known, "{json}");
        }
    }
}
