//! Values that fields can have for a moment.

use reqwest::Method;
use serde_json::{Value, json};
use vibecode_spec::{Entity, Field, Kind, Reference, boolean_of};

use crate::change::is_fixed;
use crate::commands::probe::{
    bench::{Bench, read_id, text_field},
    raw_client::NoAnswer,
};

/// A file with the word `probe`.
const FILE: [&str; 2] = ["probe.txt", "cHJvYmU="];

/// Built-in fields that nothing depends on, one of each kind. Others control what a portal does: a
/// stage starts robots, a responsible person is notified.
const HARMLESS: &[&str] = &["birthdate", "companyId", "taxValue", "revenue"];

/// Returns the fields to test: harmless built-in ones and the portal's own, one of each kind.
/// Fields that are required, or can be set only once, are left out.
pub(super) fn fields<'a>(bench: &'a Bench<'_>) -> Vec<&'a Field> {
    let text = text_field(bench.entity);
    let harmless = |name: &str| name == text || HARMLESS.contains(&name);
    let mut chosen: Vec<&Field> = Vec::new();
    for field in bench.schema.fields() {
        let is_tried = field.is_user_field() || harmless(&field.name);
        let is_known = chosen.iter().any(|other| about(other) == about(field));
        if is_tried && !is_known && !is_fixed(field) {
            chosen.push(field);
        }
    }
    chosen.sort_by_key(|field| (field.is_user_field(), about(field)));
    chosen
}

/// Returns what a report calls the field: its name could identify the portal.
pub(super) fn about(field: &Field) -> String {
    let several = if field.multiple { "several of " } else { "" };
    let kind = match field.kind {
        Kind::Reference(Reference::User) => "employee",
        Kind::Reference(_) => "reference",
        // The name of an app's own type could identify the portal too.
        Kind::Unknown(_) => "another type",
        _ => field.kind.name(),
    };
    if field.is_user_field() {
        format!("{several}{kind}, user field")
    } else {
        format!("{several}{kind}")
    }
}

/// Returns a value for the field; `None` if none is sure to be valid.
pub(super) async fn of(field: &Field, bench: &Bench<'_>) -> Result<Option<Value>, NoAnswer> {
    let one = match &field.kind {
        Kind::Text | Kind::Address => json!("vibecode probe"),
        Kind::Integer | Kind::Number => json!(7),
        Kind::Double => json!(7.5),
        Kind::Boolean => json!(true),
        Kind::Date | Kind::DateOrDateTime => json!("2001-02-03"),
        Kind::DateTime => json!("2001-02-03T04:05:06+03:00"),
        Kind::Money => json!("7|RUB"),
        Kind::Url => json!("https://example.com/probe"),
        Kind::File => json!(FILE),
        Kind::Crm => json!(format!("{}_{}", crm_prefix(bench.entity), bench.id)),
        Kind::Enumeration => {
            let options = field.items.iter();
            let mut ids = options.filter_map(|item| item.id.parse::<u64>().ok());
            match ids.next() {
                Some(id) => json!(id),
                None => return Ok(None),
            }
        }
        Kind::Reference(reference) => match reference_to(*reference, bench).await? {
            Some(id) => json!(id),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some(if field.multiple { json!([one]) } else { one }))
}

/// Returns the id of an existing record.
async fn reference_to(reference: Reference, bench: &Bench<'_>) -> Result<Option<u64>, NoAnswer> {
    let id = match reference {
        Reference::User => read_id(&bench.read_field("assignedById").await?),
        Reference::Company => {
            let list = "companies?limit=1&select=id";
            let answer = bench.client.send(Method::GET, list, None).await?;
            answer.data().pointer("/0/id").and_then(read_id)
        }
        _ => None,
    };
    Ok(id.filter(|id| *id > 0))
}

/// Returns the prefix of a link to a record of the entity (api.md, grade B).
fn crm_prefix(entity: Entity) -> &'static str {
    match entity {
        Entity::Companies => "CO",
        Entity::Leads => "L",
        Entity::Deals => "D",
        _ => "C",
    }
}

/// Returns true if a field with this value is empty.
pub(super) fn is_none(kind: &Kind, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) if text.is_empty() => true,
        Value::Array(values) => values.is_empty(),
        _ => match kind {
            Kind::Boolean => flag(value) == Some(false),
            Kind::Reference(_) | Kind::Enumeration => *value == 0 || *value == "0",
            _ => false,
        },
    }
}

/// Reads a boolean in any of the forms of the API. An empty one is false.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Null => Some(false),
        Value::String(text) if text.is_empty() => Some(false),
        Value::String(text) => boolean_of(text),
        other => boolean_of(&other.to_string()),
    }
}
