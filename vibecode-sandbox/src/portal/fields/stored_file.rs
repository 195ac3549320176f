//! Files: how they are written and how they are read (both grade B).
//!
//! `["name.png","<base64>"]` uploads a file, and `{"id":12}` keeps an existing one. Another id clears
//! a field of one file. Files of a field of several values that are not named in a write are
//! removed.

use serde_json::{Value, json};
use vibecode_spec::Field;

use super::stored_value;
use crate::portal::{HOST, ids::Ids};

/// Returns what the field, which holds `stored`, holds once this is written to it; `None` if it
/// does not fit.
pub(crate) fn of(field: &Field, value: &Value, stored: &Value, ids: &mut Ids) -> Option<Value> {
    if stored_value::clears(value) {
        return Some(stored_value::unset(field));
    }
    if !field.multiple {
        return of_one(value, stored, ids);
    }
    let mut files = Vec::new();
    for value in value.as_array()? {
        let file = of_one(value, stored, ids)?;
        files.extend(Some(file).filter(|file| !file.is_null()));
    }
    Some(files.into())
}

/// Returns null for an id that the field does not hold.
fn of_one(value: &Value, stored: &Value, ids: &mut Ids) -> Option<Value> {
    match value {
        Value::Object(kept) => Some(find(stored, kept.get("id")?).unwrap_or_default()),
        Value::Array(file) => match file.as_slice() {
            [Value::String(name), Value::String(content)] if is_upload(name, content) => {
                Some(uploaded(ids.next_file()))
            }
            _ => None,
        },
        _ => None,
    }
}

fn find(stored: &Value, id: &Value) -> Option<Value> {
    let files = match stored {
        Value::Array(files) => files.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut files = files.iter();
    files.find(|file| file.get("id") == Some(id)).cloned()
}

fn uploaded(id: u64) -> Value {
    json!({
        "id": id,
        "url": format!("https://{HOST}/files/{id}"),
        "urlMachine": format!("https://{HOST}/machine/files/{id}"),
    })
}

fn is_upload(name: &str, content: &str) -> bool {
    let padding = content
        .bytes()
        .rev()
        .take_while(|byte| *byte == b'=')
        .count();
    let mut letters = content.bytes().take(content.len().saturating_sub(padding));
    let is_base64 = content.len().is_multiple_of(4)
        && padding <= 2
        && letters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/');
    !name.is_empty() && is_base64
}
