//! Turns a value that the API returned into the text or the JSON of a cell that `bulk` reads back to the same
//! value. `export` and the backup of old values use it.
//!
//! A problem is the end of a sentence that begins with the name of the field. What is not understood is a
//! problem, never an empty cell.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::{self, Write},
};

use jiff::{SignedDuration, Timestamp, tz::Offset};
use serde_json::value::RawValue;
use vibecode_runtime::{Date, DateTime};
use vibecode_spec::{Field, Kind, boolean_of};

use crate::{
    change::{self, SEPARATOR},
    code_file::KnownCodes,
};

/// The value of a field that is not a multifield.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ReturnedValue<'a> {
    Nothing,
    One(Scalar<'a>),
    List(Vec<Scalar<'a>>),
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar<'a> {
    Text(Cow<'a, str>),
    /// A number, true or false, as it is written in JSON.
    Literal(Cow<'a, str>),
}

/// The labels of options and codes that are written instead of their ids.
pub(crate) type Labels<'s> = HashMap<&'s str, &'s str>;

impl<'a> Scalar<'a> {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Literal(text) => text,
        }
    }

    /// Returns the label of an option or a code, if it is to be written instead.
    pub(crate) fn labelled(self, labels: &Labels<'a>) -> Self {
        match labels.get(self.text()) {
            Some(label) => Self::Text(Cow::Borrowed(*label)),
            None => self,
        }
    }

    /// Writes the value as JSON.
    pub(crate) fn write_json(&self, to: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Text(text) => serde_json::to_writer(to, &**text).map_err(io::Error::from),
            Self::Literal(literal) => to.write_all(literal.as_bytes()),
        }
    }
}

impl<'a> ReturnedValue<'a> {
    pub(crate) fn labelled(self, labels: &Labels<'a>) -> Self {
        match self {
            Self::Nothing => Self::Nothing,
            Self::One(value) => Self::One(value.labelled(labels)),
            Self::List(values) => {
                let values = values.into_iter();
                Self::List(values.map(|value| value.labelled(labels)).collect())
            }
        }
    }

    /// Returns the value as a row of JSON Lines has it; null is nothing.
    pub(crate) fn json(&self) -> String {
        let mut json = Vec::new();
        let written = match self {
            Self::Nothing => json.write_all(b"null"),
            Self::One(value) => value.write_json(&mut json),
            Self::List(values) => write_list(&mut json, values),
        };
        debug_assert!(written.is_ok(), "there is room in memory");
        // A reader of files takes the character itself for one that was lost.
        String::from_utf8_lossy(&json).replace(char::REPLACEMENT_CHARACTER, "\\ufffd")
    }
}

/// Writes a list of values as JSON.
pub(crate) fn write_list(to: &mut impl Write, values: &[Scalar<'_>]) -> io::Result<()> {
    to.write_all(b"[")?;
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            to.write_all(b",")?;
        }
        value.write_json(to)?;
    }
    to.write_all(b"]")
}

/// Reads the value of a field that is not a multifield.
pub(crate) fn read<'a>(
    field: &Field,
    json: &'a RawValue,
) -> Result<ReturnedValue<'a>, &'static str> {
    let json = json.get();
    if !field.multiple {
        let read = single(&field.kind, json)?;
        return Ok(read.map_or(ReturnedValue::Nothing, ReturnedValue::One));
    }
    let values = if json.starts_with('[') {
        let values: Vec<&'a RawValue> = serde_json::from_str(json).map_err(|_| NO_LIST)?;
        let values = values.into_iter();
        values
            .filter_map(|value| single(&field.kind, value.get()).transpose())
            .collect()
    } else if json.starts_with('{') {
        return Err(NO_LIST);
    } else {
        single(&field.kind, json).map(|value| value.into_iter().collect())
    };
    let values: Vec<Scalar<'a>> = values?;
    Ok(if values.is_empty() {
        ReturnedValue::Nothing
    } else {
        ReturnedValue::List(values)
    })
}

const NO_LIST: &str = "has no list of values";
const NO_VALUE: &str = "has a value of an unknown form";

/// Reads one value; `None` if the field is empty.
fn single<'a>(kind: &Kind, json: &'a str) -> Result<Option<Scalar<'a>>, &'static str> {
    let text: Cow<'a, str> = match json.as_bytes().first() {
        Some(b'"') => unquoted(json)?,
        Some(b'n') => return Ok(None),
        Some(b'f') if *kind != Kind::Boolean => return Ok(None),
        Some(b'[' | b'{') => {
            // PHP writes an empty value as an empty list.
            return if json == "[]" {
                Ok(None)
            } else {
                Err(NO_VALUE)
            };
        }
        _ => Cow::Borrowed(json),
    };
    if text.is_empty() {
        return Ok(None);
    }
    let is_text = json.starts_with('"');
    let is_number = || serde_json::from_str::<serde_json::Number>(&text).is_ok();
    match kind {
        Kind::Boolean => match boolean_of(&text) {
            Some(flag) => Ok(Some(Scalar::Literal(flag.to_string().into()))),
            None => Err("is neither true nor false"),
        },
        Kind::Integer | Kind::Number | Kind::Double => {
            if is_number() {
                Ok(Some(Scalar::Literal(text)))
            } else {
                Err("has no number")
            }
        }
        // 0 in a reference means no record (api.md, grade B).
        Kind::Reference(_) | Kind::Enumeration | Kind::Iblock => match text.parse::<u64>() {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(Scalar::Literal(text))),
            Err(_) => Err("has no id"),
        },
        Kind::Date => day(&text).map(Some).ok_or("has no date"),
        Kind::DateTime => moment(&text).map(Some).ok_or("has no time with an offset"),
        Kind::DateOrDateTime => {
            let read = moment(&text).or_else(|| day(&text));
            read.map(Some).ok_or("has neither a date nor a time")
        }
        Kind::Status | Kind::Crm if text == "0" => Ok(None),
        Kind::File | Kind::Multifield(_) => Err("cannot be written as text"),
        Kind::Money
        | Kind::Text
        | Kind::Url
        | Kind::Address
        | Kind::Crm
        | Kind::Status
        | Kind::Unknown(_)
        | _ => {
            if is_text || is_number() {
                Ok(Some(Scalar::Text(text)))
            } else {
                Err(NO_VALUE)
            }
        }
    }
}

fn unquoted(json: &str) -> Result<Cow<'_, str>, &'static str> {
    let inner = json
        .get(1..json.len().saturating_sub(1))
        .unwrap_or_default();
    if !inner.contains('\\') {
        return Ok(Cow::Borrowed(inner));
    }
    serde_json::from_str(json)
        .map(Cow::Owned)
        .map_err(|_| "has a text that is no Unicode")
}

/// A date may be answered with a time. It is then the day as it is written, except in UTC, where midnight on
/// the portal may be on the day before: `2026-04-14T21:00:00Z` is 15 April in Moscow. The comparison of dates in
/// the client follows the same rule.
fn day<'a>(text: &str) -> Option<Scalar<'a>> {
    let day = match text.parse::<DateTime>() {
        Ok(moment) => day_of(moment.as_str())?,
        Err(_) => text.to_owned(),
    };
    let date: Date = day.parse().ok()?;
    Some(Scalar::Text(date.to_string().into()))
}

fn day_of(moment: &str) -> Option<String> {
    let is_utc = ["Z", "+00:00", "-00:00"]
        .iter()
        .any(|offset| moment.ends_with(offset));
    if is_utc
        && let Ok(at) = moment.parse::<Timestamp>()
        && at.as_second() % QUARTER_OF_AN_HOUR == 0
    {
        let noon = at.checked_add(SignedDuration::from_hours(12)).ok()?;
        return Some(Offset::UTC.to_datetime(noon).date().to_string());
    }
    moment.get(..10).map(str::to_owned)
}

/// Every offset is a multiple of it, so that every midnight is one.
const QUARTER_OF_AN_HOUR: i64 = 15 * 60;

fn moment<'a>(text: &str) -> Option<Scalar<'a>> {
    let moment: DateTime = text.parse().ok()?;
    Some(Scalar::Text(moment.as_str().to_owned().into()))
}

/// Returns the labels that find their option or code again. Without `with_labels`, only those of
/// options and codes that their own id does not find, since it is also the label of another.
pub(crate) fn labels<'s>(field: &'s Field, codes: &'s KnownCodes, with_labels: bool) -> Labels<'s> {
    let items = match field.kind {
        Kind::Enumeration => vec![(0, &*field.items)],
        Kind::Status => codes.of_field(field).unwrap_or_default(),
        _ => Vec::new(),
    };
    let items = items.into_iter().flat_map(|(_, items)| items);
    let finds = |text: &str, id: &str| {
        let found = change::value(field, text, codes);
        found.is_ok_and(|found| match found {
            serde_json::Value::String(code) => code == id,
            other => other.to_string().as_str() == id,
        })
    };
    let items = items.map(|item| (&*item.id, &*item.label));
    items
        .filter(|(id, label)| !label.contains(SEPARATOR) && finds(label, id))
        .filter(|(id, _)| with_labels || !finds(id, id))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Reads a value as the text of a cell, with `|` between the values of a list.
    fn shown(description: &serde_json::Value, json: &str) -> String {
        let field = Field::read("ufCrm_1", description).unwrap();
        let json = RawValue::from_string(json.to_owned()).unwrap();
        match read(&field, &json) {
            Ok(ReturnedValue::Nothing) => "-".to_owned(),
            Ok(ReturnedValue::One(value)) => value.text().to_owned(),
            Ok(ReturnedValue::List(values)) => {
                let values: Vec<_> = values.iter().map(Scalar::text).collect();
                values.join("|")
            }
            Err(problem) => format!("! {problem}"),
        }
    }

    #[test]
    fn a_value_is_written_as_bulk_reads_it() {
        for (kind, json, text) in [
            ("string", r#""a \"b\"\n\u0416""#, "a \"b\"\nЖ"),
            ("string", "null", "-"),
            ("string", "false", "-"),
            ("string", "[]", "-"),
            ("string", r#""0""#, "0"),
            ("string", "12", "12"),
            ("integer", r#""12""#, "12"),
            ("double", "0", "0"),
            ("double", "1.50", "1.50"),
            ("boolean", r#""Y""#, "true"),
            ("boolean", "0", "false"),
            ("boolean", "false", "false"),
            ("boolean", r#""""#, "-"),
            ("date", r#""2026-04-15T00:00:00+03:00""#, "2026-04-15"),
            ("date", r#""2026-04-15""#, "2026-04-15"),
            ("date", r#""2026-04-14T21:00:00.000Z""#, "2026-04-15"),
            ("date", r#""2026-04-15T05:00:00Z""#, "2026-04-15"),
            ("date", r#""2026-04-15T21:00:01Z""#, "2026-04-15"),
            ("date", r#""2026-04-15T21:00:00+03:00""#, "2026-04-15"),
            ("crm", r#""0""#, "-"),
            (
                "datetime",
                r#""2026-04-15T12:00:00.000Z""#,
                "2026-04-15T12:00:00.000Z",
            ),
            ("enumeration", "81", "81"),
            ("enumeration", r#""81""#, "81"),
            ("enumeration", "0", "-"),
            ("employee", "false", "-"),
            ("crm_status", r#""0""#, "-"),
            ("money", r#""300|RUB""#, "300|RUB"),
            ("a new type", r#""kept""#, "kept"),
        ] {
            assert_eq!(shown(&json!({ "type": kind }), json), text, "{kind} {json}");
        }
    }

    #[test]
    fn what_is_not_understood_is_a_problem_and_never_empty() {
        for (kind, json) in [
            ("string", r#"{"value":1}"#),
            ("string", r#"["a"]"#),
            ("string", "true"),
            ("string", r#""\ud83d""#),
            ("integer", r#""many""#),
            ("boolean", "2"),
            ("date", r#""15.04.2026""#),
            ("datetime", r#""2026-04-15T12:00:00""#),
            ("enumeration", r#""Gold""#),
            ("employee", "-1"),
        ] {
            let text = shown(&json!({ "type": kind }), json);
            assert!(text.starts_with("! "), "{kind} {json}: {text}");
        }
        let several = |kind| json!({ "type": kind, "isMultiple": true });
        assert!(shown(&several("double"), r#"{"0":1}"#).starts_with("! "));
        assert!(shown(&several("double"), "[1,[2]]").starts_with("! "));
    }

    #[test]
    fn a_list_loses_its_empty_values_only() {
        let several = json!({ "type": "double", "isMultiple": true });
        assert_eq!(shown(&several, "[4.5,null,5]"), "4.5|5");
        assert_eq!(shown(&several, "[]"), "-");
        assert_eq!(shown(&several, "false"), "-");
        assert_eq!(shown(&several, "7"), "7");
    }
}
