//! Whether a portal has the codes that are written to a field.

use serde_json::{Map, Value};
use vibecode_spec::{Field, Kind};

use super::{fields::stored_value::PIPELINE, record::Record, update::Rules};

/// Returns false if the field takes its codes from a set of the portal and the value has another.
pub(crate) fn has_codes(
    field: &Field,
    value: &Value,
    body: &Map<String, Value>,
    record: &Record,
    rules: &Rules<'_>,
) -> bool {
    let Some(set) = set_of(field, body, record) else {
        return true;
    };
    let is_known = |code: &Value| {
        code.as_str()
            .is_none_or(|code| rules.catalogues.has_status(&set, code))
    };
    match value {
        Value::Array(codes) => codes.iter().all(is_known),
        code => is_known(code),
    }
}

/// Returns the name of the set that the specification names for the field.
fn set_of(field: &Field, body: &Map<String, Value>, record: &Record) -> Option<String> {
    let set = field
        .codes
        .as_ref()
        .filter(|_| field.kind == Kind::Status)?;
    let pipeline = body.get(PIPELINE).or_else(|| record.values.get(PIPELINE));
    let pipeline = match pipeline {
        Some(Value::String(text)) => text.parse().ok(),
        other => other.and_then(Value::as_u64),
    };
    Some(set.name(pipeline.unwrap_or(0)).into_owned())
}
