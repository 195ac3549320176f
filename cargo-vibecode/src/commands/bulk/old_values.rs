//! What a row would change in a record, and the values that the record has now.

use serde_json::{Map, Value};
use vibecode_runtime::{Date, Email, MultifieldEntry, PatchJob, Phone, Updated};
use vibecode_spec::{Field, Kind, Multifield, Schema};

use crate::failure::Failure;

/// The changes of one row.
#[derive(Debug, Default)]
pub(super) struct RowChanges {
    /// The fields that are set or cleared and have another value now.
    pub(super) changed: Vec<FieldChange>,
    /// The phones and emails that the record does not have, by the name of their field.
    pub(super) added: Vec<(&'static str, String)>,
    /// The number of fields, phones and emails that the record has already.
    pub(super) same: u64,
}

/// The change of one field.
#[derive(Debug)]
pub(super) struct FieldChange {
    pub(super) field: String,
    pub(super) old: OldValue,
    pub(super) new: Value,
}

/// The value that a field has now.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum OldValue {
    /// In the form in which a row of JSON Lines sets it; null is nothing.
    Known(Value),
    /// The answer does not show the field, or in a form that is not understood.
    Unknown,
}

impl RowChanges {
    /// Compares a row with its record.
    ///
    /// # Errors
    /// If the record is not what the API answers for one.
    pub(super) fn of(job: &PatchJob, record: &Updated, schema: &Schema) -> Result<Self, Failure> {
        let now: Map<String, Value> = record.raw().parse()?;
        let different: Vec<String> = job
            .mismatches(record.raw())
            .iter()
            .map(|mismatch| mismatch.field().to_owned())
            .collect();
        let mut changes = Self::default();
        for (name, new) in body_of(job)? {
            if let Some(multifield) = Multifield::of_field(&name) {
                let present = record.raw().multifields()?;
                for value in entries_of(&new) {
                    if present
                        .entries()
                        .iter()
                        .any(|entry| is_same(multifield, &value, entry))
                    {
                        changes.same += 1;
                    } else {
                        changes.added.push((multifield.name(), value));
                    }
                }
            } else if different.contains(&name) {
                let old = schema.field(&name).map_or(OldValue::Unknown, |field| {
                    OldValue::of(field, now.get(&name))
                });
                changes.changed.push(FieldChange {
                    field: name,
                    old,
                    new,
                });
            } else {
                changes.same += 1;
            }
        }
        Ok(changes)
    }
}

impl OldValue {
    /// Reads a value of an answer. A missing key says nothing about the field.
    fn of(field: &Field, value: Option<&Value>) -> Self {
        let Some(value) = value else {
            return Self::Unknown;
        };
        if let Value::Array(values) = value {
            let values: Option<Vec<Value>> =
                values.iter().map(|value| single(field, value)).collect();
            return match values {
                Some(values) if values.is_empty() => Self::Known(Value::Null),
                Some(values) => Self::Known(values.into()),
                None => Self::Unknown,
            };
        }
        single(field, value).map_or(Self::Unknown, Self::Known)
    }
}

/// Returns a value in the form that a row takes; `None` if its form is not understood.
fn single(field: &Field, value: &Value) -> Option<Value> {
    let is_nothing = matches!(value, Value::Null) || value.as_str() == Some("");
    if is_nothing {
        return Some(Value::Null);
    }
    let is_zero = value.as_u64() == Some(0) || value.as_str() == Some("0");
    match &field.kind {
        // 0 in a reference means none (api.md, grade B).
        Kind::Reference(_) | Kind::Enumeration | Kind::Status | Kind::Crm if is_zero => {
            Some(Value::Null)
        }
        Kind::Boolean => match value {
            Value::Bool(_) => Some(value.clone()),
            Value::String(text) if ["Y", "y", "1", "true"].contains(&&**text) => Some(true.into()),
            Value::String(text) if ["N", "n", "0", "false"].contains(&&**text) => {
                Some(false.into())
            }
            Value::Number(number) => Some((number.as_u64()? != 0).into()),
            _ => None,
        },
        // A date may carry a time (api.md, grade B).
        Kind::Date => {
            let day = value.as_str()?.get(..10)?;
            day.parse::<Date>().is_ok().then(|| day.into())
        }
        _ => match value {
            Value::String(_) | Value::Number(_) | Value::Bool(_) => Some(value.clone()),
            _ => None,
        },
    }
}

/// Returns the fields that a job sends.
fn body_of(job: &PatchJob) -> Result<Map<String, Value>, Failure> {
    let not_json = |error: serde_json::Error| Failure::new(error.to_string());
    let job = serde_json::to_value(job).map_err(not_json)?;
    let body = job.get("body").and_then(Value::as_str).unwrap_or_default();
    serde_json::from_str(body).map_err(not_json)
}

/// Returns the values of a multifield in any form in which it is sent.
fn entries_of(sent: &Value) -> Vec<String> {
    let text = |value: &Value| {
        let value = value.get("value").unwrap_or(value);
        value.as_str().map(str::to_owned)
    };
    match sent {
        Value::Array(entries) => entries.iter().filter_map(text).collect(),
        entry => text(entry).into_iter().collect(),
    }
}

fn is_same(multifield: Multifield, value: &str, entry: &MultifieldEntry) -> bool {
    if entry.kind() != multifield.kind_in_fm() {
        return false;
    }
    match multifield {
        Multifield::Email => Email::work(value).is_same_value(entry.value()),
        _ => Phone::work(value).is_same_value(entry.value()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vibecode_spec::Entity;

    use super::*;

    fn old(name: &str, value: Option<&Value>) -> OldValue {
        let field = Entity::Contacts.schema().field(name).unwrap();
        OldValue::of(field, value)
    }

    #[test]
    fn an_old_value_is_what_sets_it_again() {
        for (name, value, restored) in [
            ("post", json!("Clerk"), json!("Clerk")),
            ("post", json!(""), Value::Null),
            ("post", Value::Null, Value::Null),
            ("companyId", json!("15"), json!("15")),
            ("companyId", json!(0), Value::Null),
            ("companyId", json!("0"), Value::Null),
            ("opened", json!("Y"), json!(true)),
            ("opened", json!(0), json!(false)),
            (
                "birthdate",
                json!("1990-05-08T03:00:00+03:00"),
                json!("1990-05-08"),
            ),
            ("companyIds", json!([9, "15"]), json!([9, "15"])),
            ("companyIds", json!([]), Value::Null),
        ] {
            assert_eq!(old(name, Some(&value)), OldValue::Known(restored), "{name}");
        }
    }

    #[test]
    fn what_is_not_shown_or_not_understood_is_not_nothing() {
        for (name, value) in [
            ("post", None),
            ("post", Some(json!({"a": 1}))),
            ("birthdate", Some(json!("08.05.1990"))),
            ("opened", Some(json!("maybe"))),
            ("companyIds", Some(json!([[9]]))),
        ] {
            assert_eq!(old(name, value.as_ref()), OldValue::Unknown, "{name}");
        }
    }
}
