//! Which values fit a field, and what the field holds after they are written.

use serde_json::{Number, Value};
use vibecode_spec::{Field, Kind};

use crate::portal::calendar::{Moment, is_day};

/// The prefixes of links in a `crm` field (grade B). The prefix of a smart process is `T` and its
/// number in hexadecimal.
const CRM_PREFIXES: &[&str] = &["C", "CO", "D", "L", "SI", "Q"];

/// The field with the pipeline of a record.
pub(crate) const PIPELINE: &str = "categoryId";

/// The effect of a value that fits its field.
#[derive(Debug)]
pub(crate) enum Written {
    /// The field holds this value.
    Value(Value),
    /// The field keeps what it has: a date that cannot be parsed is silently not set (grade B).
    NotSet,
}

/// Returns the effect of writing this value to the field; `None` if it does not fit.
pub(crate) fn of(field: &Field, value: &Value) -> Option<Written> {
    if clears(value) {
        return Some(Written::Value(cleared(field, value)));
    }
    if !field.multiple {
        return of_one(field, value);
    }
    let mut values = Vec::new();
    for one in value.as_array()? {
        match of_one(field, one)? {
            Written::Value(value) => values.push(value),
            Written::NotSet => return Some(Written::NotSet),
        }
    }
    Some(Written::Value(values.into()))
}

/// Returns true if this value clears a field of any kind (grade B).
pub(crate) fn clears(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) | Value::Object(_) => false,
        Value::Number(number) => is_zero(number),
        Value::String(text) => text.is_empty() || text == "0",
        Value::Array(values) => values.is_empty(),
    }
}

/// Returns what a cleared field holds. A number and a reference cleared with 0 read 0, and a boolean
/// cleared with 0 or false reads false; an answer may show either (grade B).
fn cleared(field: &Field, value: &Value) -> Value {
    let is_zero = match value {
        Value::Number(_) => true,
        Value::String(text) => text == "0",
        _ => false,
    };
    match field.kind {
        _ if field.multiple || field.name == PIPELINE => unset(field),
        Kind::Integer | Kind::Number | Kind::Double | Kind::Reference(_) if is_zero => 0.into(),
        Kind::Boolean if is_zero || value == false => false.into(),
        _ => Value::Null,
    }
}

fn is_zero(number: &Number) -> bool {
    number.as_f64().is_some_and(|number| number == 0.0)
}

/// Returns the value of a field that was never set.
pub(crate) fn unset(field: &Field) -> Value {
    match field.kind {
        _ if field.multiple => Value::Array(Vec::new()),
        // The first pipeline, which every portal has, is 0 (grade O: recorded/observed/deals.json).
        _ if field.name == PIPELINE => 0.into(),
        Kind::Boolean if !field.is_user_field() => false.into(),
        _ => Value::Null,
    }
}

/// Returns true if two values of the field are the same. All forms of "nothing" are equal, and what
/// the portal shows as text may be a number.
pub(crate) fn are_equal(field: &Field, stored: &Value, new: &Value) -> bool {
    if is_nothing(field, stored) && is_nothing(field, new) {
        return true;
    }
    match of(field, stored) {
        // The text `0` that a portal may hold: a value that clears the field replaces it.
        Some(Written::Value(Value::Null)) => false,
        Some(Written::Value(stored)) => equal(&stored, new),
        Some(Written::NotSet) | None => equal(stored, new),
    }
}

fn is_nothing(field: &Field, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        // 0 in a reference means none (grade O).
        Value::Number(number) => {
            matches!(field.kind, Kind::Reference(_)) && number.as_u64() == Some(0)
        }
        _ => false,
    }
}

/// 1 and 1.0 are the same number.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let both = one.as_f64().zip(other.as_f64());
            both.is_some_and(|(one, other)| one.total_cmp(&other).is_eq())
        }
        (Value::Array(ones), Value::Array(others)) => {
            ones.len() == others.len() && ones.iter().zip(others).all(|(a, b)| equal(a, b))
        }
        _ => one == other,
    }
}

fn of_one(field: &Field, value: &Value) -> Option<Written> {
    let value = match &field.kind {
        Kind::Date => return date(value, is_day),
        Kind::DateTime => return date(value, |text| Moment::parse(text).is_some()),
        Kind::DateOrDateTime => {
            return date(value, |text| is_day(text) || Moment::parse(text).is_some());
        }
        Kind::Text | Kind::Url | Kind::Address | Kind::Status => text(value, |_| true),
        Kind::Money => text(value, is_money),
        Kind::Crm => text(value, is_crm_link),
        Kind::Boolean => boolean(value),
        Kind::Integer => number(field, value, |number| number.as_i64().is_some()),
        Kind::Number | Kind::Double => number(field, value, |_| true),
        Kind::Reference(_) | Kind::Iblock => number(field, value, Number::is_u64),
        Kind::Enumeration => number(field, value, |number| is_option(field, number)),
        Kind::File | Kind::Multifield(_) => None,
        // An undocumented type takes any value.
        _ => Some(value.clone()),
    };
    value.map(Written::Value)
}

/// A date, or a single value that cannot be parsed as one.
fn date(value: &Value, fits: impl Fn(&str) -> bool) -> Option<Written> {
    match value {
        Value::String(text) if fits(text) => Some(Written::Value(value.clone())),
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Some(Written::NotSet),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text that is not empty: an empty one clears the field, and is no element of a list.
fn text(value: &Value, fits: impl Fn(&str) -> bool) -> Option<Value> {
    let text = value.as_str()?;
    (!text.is_empty() && fits(text)).then(|| value.clone())
}

/// A number. For a built-in field it may also be text.
fn number(field: &Field, value: &Value, fits: impl Fn(&Number) -> bool) -> Option<Value> {
    let number = match value {
        Value::Number(number) => number.clone(),
        Value::String(text) if !field.is_user_field() => text.parse().ok()?,
        _ => return None,
    };
    fits(&number).then_some(Value::Number(number))
}

/// Only true, "true", "y" and "Y" are true: 1 and "1" are false (grade B).
fn boolean(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(flag) => Some((*flag).into()),
        Value::String(text) => Some(["true", "y", "Y"].contains(&&**text).into()),
        Value::Number(_) => Some(false.into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Returns true if the number is an option of the list, or if the list is not known.
fn is_option(field: &Field, number: &Number) -> bool {
    let id = number.to_string();
    number.is_u64() && (field.items.is_empty() || field.items.iter().any(|item| item.id == id))
}

/// `300|RUB`
fn is_money(text: &str) -> bool {
    let is_currency =
        |currency: &str| currency.len() == 3 && currency.bytes().all(|c| c.is_ascii_uppercase());
    text.split_once('|')
        .is_some_and(|(amount, currency)| amount.parse::<Number>().is_ok() && is_currency(currency))
}

/// `C_2`, `T80_6`
fn is_crm_link(text: &str) -> bool {
    text.split_once('_').is_some_and(|(prefix, id)| {
        let number = prefix.strip_prefix('T');
        let is_item = number.is_some_and(|number| u32::from_str_radix(number, 16).is_ok());
        let is_known = is_item || CRM_PREFIXES.contains(&prefix);
        is_known && id.parse::<u64>().is_ok_and(|id| id > 0)
    })
}
