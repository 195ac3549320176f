//! Conditions on the records of a list.

use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use crate::patch::body::is_finite;

const ANY_OF: &str = "$in";
const NONE_OF: &str = "$nin";

/// A condition on one field. A plain value means equality.
///
/// ```
/// use vibecode_runtime::Filter;
///
/// let since = Filter::greater_or_equal("2026-04-15T00:00:00+03:00");
/// let one_of = Filter::any_of([1, 2]);
/// let same = Filter::from(15_u64);
/// assert_eq!(same, Filter::equal(15_u64));
/// assert_ne!(since, one_of);
/// ```
///
/// Debug shows the operator, but no value.
#[derive(Clone, PartialEq)]
#[must_use = "a filter does nothing until a query takes it"]
pub struct Filter {
    /// `None`: equality.
    operator: Option<&'static str>,
    /// `None` if it cannot be written as JSON.
    value: Option<Value>,
}

macro_rules! operators {
    ($($(#[$doc:meta])* $name:ident = $operator:literal;)+) => {$(
        $(#[$doc])*
        pub fn $name(value: impl Serialize) -> Self {
            Self::new(Some($operator), value)
        }
    )+};
}

impl Filter {
    /// Equal to this value, in the form in which the API accepts the field's values.
    pub fn equal(value: impl Serialize) -> Self {
        Self::new(None, value)
    }

    operators! {
        /// Not equal to this value: `$ne`.
        not_equal = "$ne";
        /// Greater than this value: `$gt`.
        greater = "$gt";
        /// Greater than or equal to this value: `$gte`.
        greater_or_equal = "$gte";
        /// Less than this value: `$lt`.
        less = "$lt";
        /// Less than or equal to this value: `$lte`.
        less_or_equal = "$lte";
        /// Contains this text: `$contains`.
        contains = "$contains";
        /// One of these values: `$in`. An empty list matches no record, and no request is sent.
        any_of = "$in";
        /// None of these values: `$nin`. An empty list excludes nothing.
        none_of = "$nin";
    }

    fn new(operator: Option<&'static str>, value: impl Serialize) -> Self {
        // serde_json would write NaN as null, also inside a list.
        let written = is_finite(&value).then(|| serde_json::to_value(value).ok());
        Self {
            operator,
            value: written.flatten(),
        }
    }

    /// Returns the value in the form of the query string `filter[field]=v`, if it has one.
    pub(super) fn as_text(&self) -> Option<String> {
        match (&self.operator, &self.value) {
            (None, Some(Value::String(text))) => Some(text.clone()),
            (None, Some(value @ (Value::Number(_) | Value::Bool(_)))) => Some(value.to_string()),
            _ => None,
        }
    }

    /// Returns the condition as JSON for the body of a search.
    pub(super) fn into_json(self) -> Value {
        match self.operator {
            Some(operator) => json!({ operator: self.value }),
            None => self.value.unwrap_or_default(),
        }
    }

    /// Returns why the condition cannot be sent, if so.
    pub(super) fn lack(&self) -> Option<&'static str> {
        match (self.operator, &self.value) {
            (_, None | Some(Value::Null)) => Some("has no value that can be sent"),
            (_, Some(Value::Array(values))) if values.contains(&Value::Null) => {
                Some("compares with a list in which one has no value that can be sent")
            }
            (Some(ANY_OF | NONE_OF), Some(value)) if !value.is_array() => {
                Some("compares with one of several values, but its value is not a list")
            }
            (_, Some(_)) => None,
        }
    }

    pub(super) fn matches_nothing(&self) -> bool {
        self.operator == Some(ANY_OF) && self.is_empty_list()
    }

    pub(super) fn matches_everything(&self) -> bool {
        self.operator == Some(NONE_OF) && self.is_empty_list()
    }

    fn is_empty_list(&self) -> bool {
        let list = self.value.as_ref().and_then(Value::as_array);
        list.is_some_and(Vec::is_empty)
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter")
            .field("operator", &self.operator)
            .finish_non_exhaustive()
    }
}

macro_rules! equalities {
    ($($Value:ty),+) => {$(
        impl From<$Value> for Filter {
            fn from(value: $Value) -> Self {
                Self::equal(value)
            }
        }
    )+};
}

equalities!(&str, String, u64, i64, f64, bool);

impl<E> From<crate::Id<E>> for Filter {
    fn from(id: crate::Id<E>) -> Self {
        Self::equal(id.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_on_a_value_that_json_does_not_have_is_refused() {
        let map = std::collections::BTreeMap::from([(1.5_f64.to_bits(), f64::NAN)]);
        for filter in [
            Filter::equal(f64::NAN),
            Filter::greater(f64::INFINITY),
            Filter::equal(None::<u64>),
            Filter::equal(map),
            Filter::any_of([1.5, f64::NAN]),
            Filter::none_of([Some(1), None]),
            Filter::any_of(71),
        ] {
            assert!(filter.lack().is_some(), "{filter:?}");
        }
        for filter in [
            Filter::equal(1.5),
            Filter::any_of([1.5, 2.5]),
            Filter::none_of([0; 0]),
        ] {
            assert_eq!(filter.lack(), None, "{filter:?}");
        }
    }
}
