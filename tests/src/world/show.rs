//! How a record is shown: `fm` in the forms that were observed or that PHP writes, aliases, and what
//! the answer to a PATCH omits.

use serde_json::{Map, Value, json};

use super::portal::{Entry, Snapshot};

/// The form of `fm`. If the record has no phones or emails, all are the same empty list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As documented: `[{id, typeId, valueType, value}]`.
    List,
    /// An object keyed by the entries' ids, as PHP writes a list with a gap.
    Keyed,
    /// `{"PHONE": [{…}], "EMAIL": [{…}]}`.
    ByKind,
    /// `[{"ID", "TYPE_ID", "VALUE_TYPE", "VALUE"}]`.
    UpperKeys,
    /// `["+7…", "a@b.c"]`.
    Strings,
    /// Entries without `typeId`.
    NoKind,
    /// Entries without `value`.
    NoValue,
    /// `[]`, beside aliases alone.
    EmptyBesideAlias,
    /// `[]`, beside only `hasPhone` and `hasEmail`.
    EmptyBesideFlag,
    /// `false`, beside aliases alone.
    FalseBesideAlias,
    /// The list as text, beside aliases.
    JsonText,
    /// No `fm`, and aliases.
    AliasAlone,
    /// The list without its first entry, although its alias is shown.
    OneMissing,
    /// As documented, and half an emoji in the name.
    HalfEmoji,
    /// In this form, with neither aliases nor flags beside it.
    Alone(&'static Self),
}

/// What the answer to a PATCH shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// The whole record, as a read does.
    Whole,
    /// What the documented sample shows: without the changed fields.
    Documented,
    /// Only the id.
    IdAlone,
    /// The whole record as it was before the change.
    Old,
    /// What was set, and the id.
    Sent,
}

/// A placeholder for half an emoji until the answer is serialised.
const HALF: &str = "@HALF@";

fn aliases(entries: &[Entry], shown: &mut Map<String, Value>) {
    for entry in entries {
        let kind = entry.kind.to_lowercase();
        let mut sub = entry.value_type.to_lowercase();
        if let Some(first) = sub.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        shown
            .entry(kind.clone())
            .or_insert_with(|| json!(entry.value));
        shown
            .entry(format!("{kind}{sub}"))
            .or_insert_with(|| json!(entry.value));
    }
}

fn listed(entry: &Entry) -> Value {
    json!({"id": entry.id, "typeId": entry.kind, "valueType": entry.value_type, "value": entry.value})
}

fn multifields(entries: &[Entry], shape: Shape, shown: &mut Map<String, Value>) {
    let (shape, is_alone) = match shape {
        Shape::Alone(shape) => (*shape, true),
        shape => (shape, false),
    };
    let has = |kind: &str| entries.iter().any(|entry| entry.kind == kind);
    let has_flags = !matches!(shape, Shape::EmptyBesideAlias | Shape::FalseBesideAlias);
    if has_flags && !is_alone {
        shown.insert("hasPhone".into(), json!(has("PHONE")));
        shown.insert("hasEmail".into(), json!(has("EMAIL")));
    }
    let list = || Value::Array(entries.iter().map(listed).collect());
    if entries.is_empty() {
        shown.insert("fm".into(), json!([]));
        return;
    }
    if shape != Shape::EmptyBesideFlag && !is_alone {
        aliases(entries, shown);
    }
    let fm = match shape {
        Shape::List | Shape::HalfEmoji => list(),
        Shape::Keyed => entries.iter().map(|entry| (entry.id.to_string(), listed(entry))).collect(),
        Shape::ByKind => {
            let mut kinds = Map::new();
            for entry in entries {
                let of_kind = kinds.entry(entry.kind.clone()).or_insert_with(|| json!([]));
                if let Value::Array(of_kind) = of_kind {
                    of_kind.push(json!({"id": entry.id, "valueType": entry.value_type, "value": entry.value}));
                }
            }
            Value::Object(kinds)
        }
        Shape::UpperKeys => entries
            .iter()
            .map(|entry| json!({"ID": entry.id, "TYPE_ID": entry.kind, "VALUE_TYPE": entry.value_type, "VALUE": entry.value}))
            .collect(),
        Shape::Strings => entries.iter().map(|entry| json!(entry.value)).collect(),
        Shape::NoKind => entries
            .iter()
            .map(|entry| json!({"id": entry.id, "valueType": entry.value_type, "value": entry.value}))
            .collect(),
        Shape::NoValue => entries
            .iter()
            .map(|entry| json!({"id": entry.id, "typeId": entry.kind, "valueType": entry.value_type}))
            .collect(),
        Shape::EmptyBesideAlias | Shape::EmptyBesideFlag => json!([]),
        Shape::FalseBesideAlias => json!(false),
        Shape::JsonText => json!(list().to_string()),
        Shape::AliasAlone | Shape::Alone(_) => return,
        Shape::OneMissing => entries.iter().skip(1).map(listed).collect(),
    };
    shown.insert("fm".into(), fm);
}

/// Returns the record as a read shows it.
#[must_use]
pub fn record(entity: &str, id: u64, snapshot: &Snapshot, shape: Shape) -> Value {
    let mut shown = snapshot.fields.clone();
    shown.insert("id".into(), json!(id));
    shown.insert("createdTime".into(), json!("2020-05-08T10:48:20+03:00"));
    shown.insert("updatedTime".into(), json!("2026-04-15T12:00:00.000Z"));
    if entity != "deals" && !entity.starts_with("items/") {
        multifields(&snapshot.entries, shape, &mut shown);
    }
    if shape == Shape::HalfEmoji {
        shown.insert("secondName".into(), json!(HALF));
    }
    Value::Object(shown)
}

/// The answer to a change.
#[must_use]
pub fn echo(
    entity: &str,
    id: u64,
    (before, after): (Option<&Snapshot>, Option<&Snapshot>),
    sent: &Value,
    (echo, shape): (Echo, Shape),
) -> Value {
    let empty = Snapshot::default();
    let whole = |snapshot: Option<&Snapshot>| record(entity, id, snapshot.unwrap_or(&empty), shape);
    match echo {
        Echo::Whole => whole(after),
        Echo::Old => whole(before),
        Echo::IdAlone => json!({"id": id}),
        Echo::Documented => {
            let shown = whole(after);
            let keys = [
                "id",
                "name",
                "lastName",
                "companyId",
                "assignedById",
                "createdTime",
                "updatedTime",
            ];
            let kept = keys.iter().filter(|key| sent.get(**key).is_none());
            kept.filter_map(|key| Some(((*key).to_owned(), shown.get(key)?.clone())))
                .collect()
        }
        Echo::Sent => {
            let mut shown = sent.clone();
            if let Value::Object(shown) = &mut shown {
                shown.remove("phone");
                shown.remove("email");
                shown.insert("id".into(), json!(id));
            }
            shown
        }
    }
}

/// Serialises it, with half an emoji in place of the placeholder.
#[must_use]
pub fn text(value: &Value) -> String {
    value.to_string().replace(HALF, "\\ud83d")
}
