//! Values of `serde_json` as [`Json`], and back.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::json::{Json, Object};

impl Json<'_> {
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(set) => Value::Bool(*set),
            // Near the largest `f64`, `serde_json` refuses some numbers, if it is built without `float_roundtrip`.
            Self::Number(number) => {
                serde_json::from_str(number).unwrap_or_else(|_| Value::String(number.to_string()))
            }
            Self::Text(text) => Value::String(text.to_string()),
            Self::List(list) => list.iter().map(Self::to_value).collect(),
            Self::Object(Object(members)) => {
                let members = members.iter();
                let members = members.map(|(key, value)| (key.to_string(), value.to_value()));
                Value::Object(members.collect())
            }
        }
    }
}

impl<'a> From<&'a Value> for Json<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(set) => Self::Bool(*set),
            Value::Number(number) => Self::Number(Cow::Owned(number.to_string())),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(list) => Self::List(list.iter().map(Self::from).collect()),
            Value::Object(map) => Self::Object(Object::from(map)),
        }
    }
}

impl<'a> From<&'a Map<String, Value>> for Object<'a> {
    fn from(map: &'a Map<String, Value>) -> Self {
        let members = map.iter();
        let members = members.map(|(key, value)| (Cow::Borrowed(&**key), Json::from(value)));
        Self(members.collect())
    }
}
