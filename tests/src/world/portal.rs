//! The records, with their current and earlier states.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value, json};

/// How the portal reformats a phone that is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneForm {
    /// Not at all.
    AsSent,
    /// `+7 916 123-45-67`: the same digits.
    Spaced,
    /// `8 (916) 123-45-67`: other digits.
    National,
}

/// A phone or an email of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its own id.
    pub id: u64,
    /// PHONE or EMAIL.
    pub kind: String,
    /// WORK, MOBILE and so on.
    pub value_type: String,
    /// The value.
    pub value: String,
}

/// The state of a record at one time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// Its fields except the id and the multifields.
    pub fields: Map<String, Value>,
    /// Its phones and emails.
    pub entries: Vec<Entry>,
}

/// The states of a record over time: `None` if it was deleted.
#[derive(Clone, Debug, Default)]
struct Record {
    states: Vec<(Duration, Option<Snapshot>)>,
}

/// All records.
#[derive(Clone, Debug, Default)]
pub struct Portal {
    records: BTreeMap<(String, u64), Record>,
    next_entry: u64,
    made: u64,
}

/// The effect of a change.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Fields that were set.
    pub set: Vec<(String, Value)>,
    /// The added values: the kind, and the value as it was sent.
    pub added: Vec<(String, String)>,
}

/// The fields that PATCH and POST ignore.
const READ_ONLY: [&str; 14] = [
    "id",
    "createdTime",
    "updatedTime",
    "createdBy",
    "updatedBy",
    "lastActivityBy",
    "lastActivityTime",
    "webformId",
    "hasPhone",
    "hasEmail",
    "hasImol",
    "categoryId",
    "fm",
    "entityTypeId",
];

const KNOWN: [&str; 22] = [
    "name",
    "lastName",
    "secondName",
    "post",
    "comments",
    "sourceDescription",
    "companyId",
    "assignedById",
    "leadId",
    "typeId",
    "sourceId",
    "opened",
    "title",
    "amount",
    "currency",
    "stageId",
    "honorific",
    "birthdate",
    "industry",
    "revenue",
    "probability",
    "contactId",
];

/// Reads phones and emails in one of the three documented forms; `None` for any other form.
#[must_use]
pub fn written(value: &Value) -> Option<Vec<(String, String)>> {
    let one = |value: &Value| match value {
        Value::String(text) if !text.is_empty() => Some((text.clone(), "WORK".to_owned())),
        Value::Object(object) => {
            let text = object.get("value")?.as_str()?;
            let kind = object.get("typeId").map_or(Some("WORK"), Value::as_str)?;
            Some((text.to_owned(), kind.to_owned()))
        }
        _ => None,
    };
    match value {
        Value::Array(values) => values.iter().map(one).collect(),
        Value::Object(_) => None,
        value => one(value).map(|entry| vec![entry]),
    }
}

/// Returns whether a body adds a phone or an email.
#[must_use]
pub fn adds(body: &Value) -> bool {
    ["phone", "email"].iter().any(|kind| {
        body.get(kind)
            .and_then(written)
            .is_some_and(|v| !v.is_empty())
    })
}

impl Portal {
    /// Adds a record at the beginning.
    pub fn put(&mut self, entity: &str, id: u64, fields: Value, entries: &[(&str, &str, &str)]) {
        let mut snapshot = Snapshot::default();
        if let Value::Object(fields) = fields {
            snapshot.fields = fields;
        }
        for (kind, value_type, value) in entries {
            let entry = self.entry(
                (*kind).to_owned(),
                (*value_type).to_owned(),
                (*value).to_owned(),
            );
            snapshot.entries.push(entry);
        }
        self.records.insert(
            (entity.to_owned(), id),
            Record {
                states: vec![(Duration::ZERO, Some(snapshot))],
            },
        );
    }

    fn entry(&mut self, kind: String, value_type: String, value: String) -> Entry {
        self.next_entry += 2;
        Entry {
            id: 8_550 + self.next_entry,
            kind,
            value_type,
            value,
        }
    }

    /// Returns the current state of a record.
    #[must_use]
    pub fn now(&self, entity: &str, id: u64) -> Option<&Snapshot> {
        self.at(entity, id, Duration::MAX)
    }

    /// Returns an earlier state of a record.
    #[must_use]
    pub fn at(&self, entity: &str, id: u64, at: Duration) -> Option<&Snapshot> {
        let record = self.records.get(&(entity.to_owned(), id))?;
        let (_, state) = record.states.iter().rev().find(|(since, _)| *since <= at)?;
        state.as_ref()
    }

    /// Returns the current records of an entity, by id.
    pub fn all(&self, entity: &str) -> impl Iterator<Item = (u64, &Snapshot)> {
        self.records.iter().filter_map(move |((of, id), record)| {
            let (_, state) = record.states.last()?;
            (of == entity).then_some((*id, state.as_ref()?))
        })
    }

    /// Changes a record or creates it. Unknown fields are silently ignored.
    pub fn apply(
        &mut self,
        entity: &str,
        id: u64,
        body: &Value,
        at: Duration,
        form: PhoneForm,
    ) -> Change {
        let mut change = Change::default();
        let mut snapshot = self.now(entity, id).cloned().unwrap_or_default();
        for (key, value) in body.as_object().into_iter().flatten() {
            if matches!(key.as_str(), "phone" | "email") {
                let kind = key.to_uppercase();
                for (value, value_type) in written(value).unwrap_or_default() {
                    change.added.push((kind.clone(), value.clone()));
                    let stored = if kind == "PHONE" {
                        formatted(&value, form)
                    } else {
                        value
                    };
                    let entry = self.entry(kind.clone(), value_type, stored);
                    snapshot.entries.push(entry);
                }
            } else if !READ_ONLY.contains(&key.as_str())
                && (KNOWN.contains(&key.as_str()) || key.starts_with("ufCrm"))
            {
                let nothing = [
                    json!(null),
                    json!(""),
                    json!(0),
                    json!("0"),
                    json!(false),
                    json!([]),
                ];
                let stored = if nothing.contains(value) {
                    Value::Null
                } else {
                    value.clone()
                };
                snapshot.fields.insert(key.clone(), stored);
                change.set.push((key.clone(), value.clone()));
            }
        }
        let record = self.records.entry((entity.to_owned(), id)).or_default();
        record.states.push((at, Some(snapshot)));
        change
    }

    /// Deletes a record.
    pub fn delete(&mut self, entity: &str, id: u64, at: Duration) {
        if let Some(record) = self.records.get_mut(&(entity.to_owned(), id)) {
            record.states.push((at, None));
        }
    }

    /// Returns an id that no record has and that is never returned again.
    pub fn free_id(&mut self) -> u64 {
        self.made += 1;
        900_000 + self.made
    }
}

/// A Russian phone as the portal writes it; other phones stay as they are.
#[must_use]
pub fn formatted(phone: &str, form: PhoneForm) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let Some(rest) = digits.strip_prefix('7').filter(|rest| rest.len() == 10) else {
        return phone.to_owned();
    };
    let (area, rest) = rest.split_at(3);
    let (first, rest) = rest.split_at(3);
    let (second, third) = rest.split_at(2);
    match form {
        PhoneForm::AsSent => phone.to_owned(),
        PhoneForm::Spaced => format!("+7 {area} {first}-{second}-{third}"),
        PhoneForm::National => format!("8 ({area}) {first}-{second}-{third}"),
    }
}
