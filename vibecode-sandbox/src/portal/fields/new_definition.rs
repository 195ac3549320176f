//! A new user field, as `POST /v1/userfields/{entity}` takes it: in the form of a definition. That
//! this is the form is assumed.

use serde_json::{Map, Value, json};
use vibecode_spec::{Kind, label_of, user_field_wire_name};

use crate::wire::Failure;

const PREFIX: &str = "UF_CRM_";

#[derive(Debug)]
pub(crate) struct NewField {
    pub(crate) wire_name: String,
    pub(crate) description: Value,
    /// The keys that have no effect.
    pub(crate) dropped: Vec<String>,
}

pub(crate) fn read(body: &Map<String, Value>) -> Result<NewField, Failure> {
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("fieldName");
    let wire_name = name
        .strip_prefix(PREFIX)
        .and_then(|_| user_field_wire_name(name));
    let wire_name = wire_name.ok_or_else(|| {
        Failure::invalid_request("`fieldName` must be an upper-case name such as UF_CRM_NOTE")
    })?;
    let kind = Kind::of_user_field(text("userTypeId")).ok_or_else(|| {
        Failure::invalid_request("`userTypeId` must be a type of user fields such as string")
    })?;
    let label = body.get("editFormLabel").and_then(label_of);
    let description = json!({
        "type": kind.name(),
        "isMultiple": flag(body, "multiple")?,
        "isRequired": flag(body, "mandatory")?,
        "upperName": name,
        "formLabel": label.unwrap_or_else(|| name.to_owned()),
        "items": body.get("list").map_or_else(|| Ok(json!([])), options)?,
    });
    let known = [
        "fieldName",
        "userTypeId",
        "multiple",
        "mandatory",
        "editFormLabel",
        "list",
    ];
    let dropped = body.keys().filter(|key| !known.contains(&&***key));
    Ok(NewField {
        wire_name,
        description,
        dropped: dropped.cloned().collect(),
    })
}

/// "Y" and "N", or true and false.
fn flag(body: &Map<String, Value>, key: &str) -> Result<bool, Failure> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) if text == "Y" => Ok(true),
        Some(Value::String(text)) if text == "N" => Ok(false),
        Some(_) => Err(Failure::invalid_request(format!("`{key}` must be Y or N"))),
    }
}

/// The options of a list, which get the ids 1, 2, ….
fn options(list: &Value) -> Result<Value, Failure> {
    let malformed = || Failure::invalid_request("`list` must be an array of {VALUE}");
    let list = list.as_array().ok_or_else(malformed)?.iter().enumerate();
    let options = list.map(|(index, option)| {
        let label = option.get("VALUE").or_else(|| option.get("value"));
        let label = label.and_then(Value::as_str).ok_or_else(malformed)?;
        Ok(json!({ "ID": (index + 1).to_string(), "VALUE": label }))
    });
    options.collect()
}
