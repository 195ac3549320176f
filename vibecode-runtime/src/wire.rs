//! Values as they go over the wire.

use std::{borrow::Cow, fmt};

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::multifield::Entry;

/// A value in the form in which the API takes it.
///
/// Made by [`Encode`](crate::Encode), kept by a patch. Debug shows its form, not its content.
#[derive(Clone, PartialEq)]
pub struct WireValue(Form);

#[derive(Clone, PartialEq)]
enum Form {
    Null,
    Boolean(bool),
    Integer(i64),
    Unsigned(u64),
    /// Finite.
    Double(f64),
    Text(Cow<'static, str>),
    List(Vec<WireValue>),
    Entry(Entry),
    Json(serde_json::Value),
}

/// Why a value has no wire form. It never holds the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeError(Cow<'static, str>);

impl EncodeError {
    /// A value has no wire form, for this reason, such as "it is empty". Keep personal data out.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EncodeError {}

impl WireValue {
    pub(crate) const NULL: Self = Self(Form::Null);
    pub(crate) const ZERO: Self = Self(Form::Unsigned(0));
    pub(crate) const FALSE: Self = Self(Form::Boolean(false));
    pub(crate) const EMPTY_TEXT: Self = Self(Form::Text(Cow::Borrowed("")));
    pub(crate) const EMPTY_LIST: Self = Self(Form::List(Vec::new()));

    pub(crate) fn json(value: impl Serialize) -> Result<Self, EncodeError> {
        serde_json::to_value(value)
            .map(|json| Self(Form::Json(json)))
            .map_err(|_| EncodeError::new("it cannot be written as JSON"))
    }

    pub(crate) fn to_json(&self) -> Option<serde_json::Value> {
        serde_json::to_value(self).ok()
    }

    pub(crate) fn entry(entry: Entry) -> Self {
        Self(Form::Entry(entry))
    }

    /// The values of the list that this is, or this alone.
    pub(crate) fn into_list(self) -> Vec<Self> {
        match self.0 {
            Form::List(values) => values,
            _ => vec![self],
        }
    }

    /// The entry of a multifield that this is, if it is one.
    pub(crate) fn into_entry(self) -> Option<Entry> {
        match self.0 {
            Form::Entry(entry) => Some(entry),
            _ => None,
        }
    }

    /// The text that this is, if it is one.
    pub(crate) fn into_text(self) -> Option<Cow<'static, str>> {
        match self.0 {
            Form::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<bool> for WireValue {
    fn from(value: bool) -> Self {
        Self(Form::Boolean(value))
    }
}

impl From<i64> for WireValue {
    fn from(value: i64) -> Self {
        Self(Form::Integer(value))
    }
}

impl From<u64> for WireValue {
    fn from(value: u64) -> Self {
        Self(Form::Unsigned(value))
    }
}

impl From<String> for WireValue {
    fn from(value: String) -> Self {
        Self(Form::Text(Cow::Owned(value)))
    }
}

impl From<&str> for WireValue {
    fn from(value: &str) -> Self {
        value.to_owned().into()
    }
}

/// NaN and infinity have no JSON form; serde would turn them into null, which may clear the field.
impl TryFrom<f64> for WireValue {
    type Error = EncodeError;

    fn try_from(value: f64) -> Result<Self, Self::Error> {
        if value.is_finite() {
            Ok(Self(Form::Double(value)))
        } else {
            Err(EncodeError::new("NaN and infinity cannot be sent"))
        }
    }
}

impl FromIterator<WireValue> for WireValue {
    fn from_iter<I: IntoIterator<Item = WireValue>>(values: I) -> Self {
        Self(Form::List(values.into_iter().collect()))
    }
}

impl Serialize for WireValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Null => serializer.serialize_unit(),
            Form::Boolean(value) => serializer.serialize_bool(*value),
            Form::Integer(value) => serializer.serialize_i64(*value),
            Form::Unsigned(value) => serializer.serialize_u64(*value),
            Form::Double(value) => serializer.serialize_f64(*value),
            Form::Text(value) => serializer.serialize_str(value),
            Form::List(values) => serializer.collect_seq(values),
            Form::Entry(entry) => entry.serialize(serializer),
            Form::Json(value) => value.serialize(serializer),
        }
    }
}

/// `{"value": …, "typeId": …}`
impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("value", self.value())?;
        map.serialize_entry("typeId", self.type_id())?;
        map.end()
    }
}

impl fmt::Debug for WireValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Form::Null => "null",
            Form::Boolean(_) => "a boolean",
            Form::Integer(_) | Form::Unsigned(_) | Form::Double(_) => "a number",
            Form::Text(_) => "a text",
            Form::List(_) => "a list",
            Form::Entry(_) => "an entry of a multifield",
            Form::Json(_) => "JSON",
        })
    }
}
