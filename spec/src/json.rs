//! JSON whose texts are borrowed from what it was read from: a text, or a value of `serde_json`.
//!
//! The macros read the portal's files in each build of an app, and in a debug build a macro is not optimised. There a
//! [`Value`] of a schema of 5,000 fields (1.5 MB) took 403 million instructions, a tenth of a second: each byte passes
//! through several small functions, and each text is copied. The reader loops over bytes and copies nothing, which
//! takes 108 million.
//!
//! It reads only what is simple, and leaves the rest to `serde_json`. Example: in `{"sort":5,"title":"a\"b"}` it reads
//! the braces, the keys and the 5. The text with an escape, `"a\"b"`, is parsed by `serde_json`, and so would be `-5`
//! or `5e3`. If the whole is not JSON, `serde_json` reads it again, for the line and the column of the mistake. Both
//! accept the same texts, which tests check.

mod reader;

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

/// JSON that is read but not changed.
#[derive(Debug, Clone)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Object<'a>),
}

/// The members of an object, in the order of the text. If a key occurs twice, the last member counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Json<'a> {
    /// Returns the value of a key. `None` if this is not an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(object) => object.get(key),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    pub(crate) fn is_empty_list(&self) -> bool {
        matches!(self, Self::List(list) if list.is_empty())
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(set) => Value::Bool(*set),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.to_string()),
            Self::List(list) => list.iter().map(Self::to_value).collect(),
            Self::Object(Object(members)) => {
                let members = members.iter();
                let members = members.map(|(key, value)| (key.to_string(), value.to_value()));
                Value::Object(members.collect())
            }
        }
    }

    pub(crate) fn is_bool(&self, expected: bool) -> bool {
        matches!(self, Self::Bool(set) if *set == expected)
    }
}

impl<'a> Object<'a> {
    /// Returns the value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Json<'a>> {
        let length = key.len();
        let mut members = self.0.as_slice();
        while let [before @ .., (name, value)] = members {
            let name = match name {
                Cow::Borrowed(name) => name,
                Cow::Owned(name) => &**name,
            };
            // Most keys differ in length, and a comparison of texts is a call.
            if name.len() == length && name == key {
                return Some(value);
            }
            members = before;
        }
        None
    }

    pub(crate) fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the members, sorted by key, and each key once.
    pub(crate) fn members(&self) -> Vec<(&str, &Json<'a>)> {
        let members = self.0.iter().map(|(key, value)| (&**key, value));
        let mut members: Vec<_> = members.collect();
        // Of equal keys, the last becomes the first, which stays.
        members.reverse();
        members.sort_by_key(|(key, _)| *key);
        members.dedup_by(|(one, _), (other, _)| one == other);
        members
    }
}

impl<'a> From<&'a Value> for Json<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(set) => Self::Bool(*set),
            Value::Number(number) => Self::Number(number.clone()),
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

#[cfg(test)]
mod tests;
