//! Which values a seeded field can have: every form in which a portal returns a value of its kind.

use serde_json::Value;
use vibecode_spec::{Field, Kind, boolean_of};

use super::stored_value::clears;
use crate::portal::calendar::is_day;

/// Explains what the value of a field must be; `None` if a portal can return this one. Numbers may be text
/// and text may be a number, a date may carry a time, true may be `"Y"` or 1, and any field may be empty
/// (grades B, O).
pub(crate) fn problem(field: &Field, value: &Value) -> Option<String> {
    let fits = |value: &Value| clears(value) || is_answer(&field.kind, value);
    let (fits, list) = match (field.multiple, value) {
        (true, Value::Array(values)) => {
            (values.iter().all(fits), "a list, and each of its values ")
        }
        (true, value) => (clears(value), "a list, and each of its values "),
        (false, value) => (fits(value), ""),
    };
    (!fits).then(|| format!("`{}` must be {list}{}", field.name, expected(&field.kind)))
}

fn is_answer(kind: &Kind, value: &Value) -> bool {
    match kind {
        Kind::Text | Kind::Url | Kind::Address | Kind::Status => {
            value.is_string() || value.is_number()
        }
        Kind::Integer => is_number(value, |text| text.parse::<i64>().is_ok()),
        Kind::Number | Kind::Double => is_number(value, |text| text.parse::<f64>().is_ok()),
        Kind::Reference(_) | Kind::Iblock | Kind::Enumeration => {
            is_number(value, |text| text.parse::<u64>().is_ok())
        }
        Kind::Boolean => match value {
            Value::Bool(_) => true,
            Value::String(text) => boolean_of(text).is_some(),
            Value::Number(number) => boolean_of(&number.to_string()).is_some(),
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        },
        Kind::Date | Kind::DateTime | Kind::DateOrDateTime => {
            value.as_str().is_some_and(begins_with_a_day)
        }
        Kind::Money => value.is_number() || value.as_str().is_some_and(is_amount),
        // A field that links to records of one type has their ids.
        Kind::Crm => value.is_string() || value.is_u64(),
        Kind::File => value.is_number() || value.get("id").is_some(),
        // Phones and emails are read elsewhere, and a type that is not documented can hold anything.
        Kind::Multifield(_) | Kind::Unknown(_) | _ => true,
    }
}

fn is_number(value: &Value, fits: impl Fn(&str) -> bool) -> bool {
    match value {
        Value::Number(number) => fits(&number.to_string()),
        Value::String(text) => fits(text),
        _ => false,
    }
}

/// `2026-04-15`, also with a time after it.
fn begins_with_a_day(text: &str) -> bool {
    match text.split_at_checked("2026-04-15".len()) {
        Some((day, time)) => is_day(day) && (time.is_empty() || time.starts_with(['T', ' '])),
        None => false,
    }
}

/// `300|RUB`, `|RUB` or `300`
fn is_amount(text: &str) -> bool {
    let amount = text.split_once('|').map_or(text, |(amount, _)| amount);
    amount.is_empty() || amount.parse::<f64>().is_ok()
}

/// Returns what a single value must be, as the end of a sentence.
fn expected(kind: &Kind) -> &'static str {
    match kind {
        Kind::Integer => "a whole number",
        Kind::Number | Kind::Double => "a number",
        Kind::Reference(_) | Kind::Iblock => "the id of a record",
        Kind::Enumeration => "the id of an option",
        Kind::Boolean => "true or false",
        Kind::Date => "a date, such as \"2026-04-15\"",
        Kind::DateTime | Kind::DateOrDateTime => "a time, such as \"2026-04-15T12:00:00+03:00\"",
        Kind::Money => "an amount with a currency, such as \"300|RUB\"",
        Kind::Crm => "a link, such as \"C_2\"",
        Kind::File => "an object with the `id` of the file",
        _ => "text",
    }
}
