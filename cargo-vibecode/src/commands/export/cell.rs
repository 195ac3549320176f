//! Reads a value of a record in the form that `bulk` takes. A problem is the end of a sentence that begins
//! with the name of the field. What is not understood is a problem, never an empty cell.

use std::borrow::Cow;

use serde_json::value::RawValue;
use vibecode_runtime::{Date, DateTime, MultifieldEntry};
use vibecode_spec::{Field, Kind, Multifield};

/// The cell of a record's field.
#[derive(Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Empty,
    One(Scalar<'a>),
    List(Vec<Scalar<'a>>),
    /// Phones or emails with their types.
    Typed(Vec<(&'a str, &'static str)>),
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar<'a> {
    Text(Cow<'a, str>),
    /// A number, true or false, as it is written in JSON.
    Literal(Cow<'a, str>),
}

impl Scalar<'_> {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Literal(text) => text,
        }
    }
}

/// Reads the value of a field that is no multifield.
pub(super) fn read<'a>(field: &Field, json: &'a RawValue) -> Result<Cell<'a>, &'static str> {
    let json = json.get();
    if !field.multiple {
        let read = single(&field.kind, json)?;
        return Ok(read.map_or(Cell::Empty, Cell::One));
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
        Cell::Empty
    } else {
        Cell::List(values)
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
        Kind::Boolean => match &*text {
            "true" | "Y" | "y" | "1" => Ok(Some(Scalar::Literal("true".into()))),
            "false" | "N" | "n" | "0" => Ok(Some(Scalar::Literal("false".into()))),
            _ => Err("is neither true nor false"),
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
        Kind::Status if text == "0" => Ok(None),
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

/// A date may be answered with a time.
fn day<'a>(text: &str) -> Option<Scalar<'a>> {
    let day = match text.split_once(['T', ' ']) {
        Some((day, _)) if text.parse::<DateTime>().is_ok() => day,
        _ => text,
    };
    let date: Date = day.parse().ok()?;
    Some(Scalar::Text(date.to_string().into()))
}

fn moment<'a>(text: &str) -> Option<Scalar<'a>> {
    let moment: DateTime = text.parse().ok()?;
    Some(Scalar::Text(moment.as_str().to_owned().into()))
}

/// Reads the phones or emails of a record. Returns also how many have a type that the API does not write.
pub(super) fn typed(entries: &[MultifieldEntry], multifield: Multifield) -> (Cell<'_>, u64) {
    let mut as_other = 0;
    let kind = multifield.kind_in_fm();
    let entries = entries.iter().filter(|entry| entry.kind() == kind);
    let values: Vec<_> = entries
        .map(|entry| {
            let mut known = multifield.type_ids().iter();
            let known = known.find(|known| **known == entry.value_type());
            as_other += u64::from(known.is_none());
            (entry.value(), known.copied().unwrap_or(OTHER))
        })
        .collect();
    let cell = if values.is_empty() {
        Cell::Empty
    } else {
        Cell::Typed(values)
    };
    (cell, as_other)
}

/// The type of what has another type than those that can be written.
const OTHER: &str = "OTHER";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Reads a value as the text of a cell, with `|` between the values of a list.
    fn shown(description: &serde_json::Value, json: &str) -> String {
        let field = Field::read("ufCrm_1", description).unwrap();
        let json = RawValue::from_string(json.to_owned()).unwrap();
        match read(&field, &json) {
            Ok(Cell::Empty) => "-".to_owned(),
            Ok(Cell::One(value)) => value.text().to_owned(),
            Ok(Cell::List(values)) => {
                let values: Vec<_> = values.iter().map(Scalar::text).collect();
                values.join("|")
            }
            Ok(Cell::Typed(_)) => panic!("no multifield"),
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
