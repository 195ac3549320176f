//! Conditions on the records of a list.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};

use crate::{
    EncodeError, Encoder,
    patch::body::is_finite,
    value::{
        encode::{NOT_FINITE, to_json},
        enumeration::FieldId,
    },
    wire::json,
};

/// A condition on the records of `T`, for [`Query::filter`](crate::Query::filter). The methods of a
/// [`Field`](crate::Field) create it.
///
/// Debug shows the field and the operator, but no value.
#[must_use = "a condition does nothing until a query takes it"]
pub struct Condition<T> {
    pub(super) comparison: Comparison,
    record: PhantomData<fn() -> T>,
}

impl<T> Condition<T> {
    pub(super) fn new(comparison: Comparison) -> Self {
        Self {
            comparison,
            record: PhantomData,
        }
    }
}

impl<T> Clone for Condition<T> {
    fn clone(&self) -> Self {
        Self::new(self.comparison.clone())
    }
}

impl<T> fmt::Debug for Condition<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition")
            .field("field", &self.comparison.field)
            .field("operator", &self.comparison.operator)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Contains,
    AnyOf,
    NoneOf,
}

impl Operator {
    /// Returns the operator in an object, `{"field":{"$gte":5}}`, if it has one.
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Equal => None,
            Self::NotEqual => Some("$ne"),
            Self::Greater => Some("$gt"),
            Self::GreaterOrEqual => Some("$gte"),
            Self::Less => Some("$lt"),
            Self::LessOrEqual => Some("$lte"),
            Self::Contains => Some("$contains"),
            Self::AnyOf => Some("$in"),
            Self::NoneOf => Some("$nin"),
        }
    }

    /// Returns the operator in front of a name, `{">=field":5}`, if it has one.
    fn prefix(self) -> Option<&'static str> {
        match self {
            Self::NotEqual => Some("!="),
            Self::Greater => Some(">"),
            Self::GreaterOrEqual => Some(">="),
            Self::Less => Some("<"),
            Self::LessOrEqual => Some("<="),
            Self::Contains => Some("%"),
            Self::Equal | Self::AnyOf | Self::NoneOf => None,
        }
    }
}

/// A comparison of a field with a value, or with a list of values.
#[derive(Clone)]
pub(super) struct Comparison {
    field: Cow<'static, str>,
    operator: Operator,
    /// JSON, or why the value cannot be sent.
    value: Result<Box<RawValue>, EncodeError>,
    is_with_nothing: bool,
}

impl Comparison {
    pub(super) fn of_value(
        field: FieldId,
        operator: Operator,
        write: impl FnOnce(&mut Encoder<'_>) -> Result<(), EncodeError>,
    ) -> Self {
        Self {
            field: field.name.into(),
            operator,
            value: Encoder::written(field, write).and_then(raw),
            is_with_nothing: false,
        }
    }

    pub(super) fn of_list(
        field: FieldId,
        operator: Operator,
        values: Result<Vec<String>, EncodeError>,
    ) -> Self {
        Self {
            field: field.name.into(),
            operator,
            is_with_nothing: values.as_ref().is_ok_and(Vec::is_empty),
            value: values.and_then(|values| raw(format!("[{}]", values.join(",")))),
        }
    }

    pub(super) fn unchecked(field: String, value: &impl Serialize) -> Self {
        Self {
            field: field.into(),
            operator: Operator::Equal,
            value: unchecked_json(value),
            is_with_nothing: false,
        }
    }

    pub(super) fn field(&self) -> &str {
        &self.field
    }

    pub(super) fn problem(&self) -> Option<&EncodeError> {
        self.value.as_ref().err()
    }

    pub(super) fn matches_nothing(&self) -> bool {
        self.operator == Operator::AnyOf && self.is_with_nothing
    }

    pub(super) fn matches_everything(&self) -> bool {
        self.operator == Operator::NoneOf && self.is_with_nothing
    }

    /// Returns the value in the form of the query string `filter[field]=v`, if it has one.
    pub(super) fn as_text(&self) -> Option<String> {
        let value = self.value.as_ref().ok()?.get();
        if self.operator != Operator::Equal || value.starts_with(['{', '[']) {
            return None;
        }
        Some(json::string(value).map_or_else(|| value.to_owned(), Cow::into_owned))
    }

    /// Returns the key and the value in the filter of a search. If the field has `several` comparisons,
    /// the operator is in the key where it can be, so that each comparison has a key.
    pub(super) fn member(&self, several: bool) -> Option<(String, String)> {
        let (field, value) = (&self.field, self.value.as_ref().ok()?);
        let prefix = self.operator.prefix().filter(|_| several);
        Some(match (prefix, self.operator.word()) {
            (Some(prefix), _) => (format!("{prefix}{field}"), value.get().to_owned()),
            (None, Some(word)) => (field.to_string(), format!(r#"{{"{word}":{value}}}"#)),
            (None, None) => (field.to_string(), value.get().to_owned()),
        })
    }
}

fn raw(json: String) -> Result<Box<RawValue>, EncodeError> {
    RawValue::from_string(json).map_err(|_| EncodeError::new("it is not valid JSON"))
}

/// Returns the JSON of a value that is not checked, except that null and an empty list may mean any value
/// to the API.
fn unchecked_json(value: &impl Serialize) -> Result<Box<RawValue>, EncodeError> {
    // serde_json would write NaN as null, also inside a list.
    if !is_finite(value) {
        return Err(EncodeError::new(NOT_FINITE));
    }
    let json = to_json(value)?;
    let is_empty = match serde_json::from_str(&json) {
        Ok(Value::Object(operands)) => operands.is_empty() || operands.values().any(is_nothing),
        Ok(value) => is_nothing(&value),
        Err(_) => false,
    };
    if is_empty {
        return Err(EncodeError::new(
            "null and an empty list match no known rows",
        ));
    }
    raw(json)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty() || values.contains(&Value::Null),
        Value::Object(members) => Map::is_empty(members),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
