//! JSON Lines rows: one object per line, with typed values.

use std::{
    borrow::Cow,
    fmt,
    io::{self, BufRead, Read as _},
};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Cell, CellValue, MAX_COLUMNS, MAX_ROW_BYTES, Problem, Record, row_too_long, text};

/// The key of a backup's row with the values that the job wrote.
pub(crate) const WRITTEN: &str = "backup:written";
/// The key of a backup's row with the rows of the job that wrote them.
pub(crate) const WRITTEN_BY: &str = "backup:rows";

/// A reader of JSON Lines.
#[derive(Debug)]
pub(crate) struct JsonRows<R> {
    input: R,
    /// The position of the next byte.
    line: u64,
    offset: u64,
}

impl<R: BufRead> JsonRows<R> {
    /// Starts after the byte order mark, if there is one; `offset` is its length in bytes.
    pub(crate) fn new(input: R, offset: u64) -> Self {
        Self {
            input,
            line: 1,
            offset,
        }
    }

    /// Counts lines that were passed over.
    pub(crate) fn after_lines(self, lines: u64) -> Self {
        Self {
            line: self.line + lines,
            ..self
        }
    }

    pub(super) fn input(&self) -> &R {
        &self.input
    }

    pub(super) fn read(&mut self, record: &mut Record) -> io::Result<bool> {
        loop {
            record.begin(self.line, self.offset);
            let longest = u64::try_from(MAX_ROW_BYTES).unwrap_or(u64::MAX);
            let mut input = (&mut self.input).take(longest + 1);
            let count = input.read_until(b'\n', &mut record.bytes)?;
            if count == 0 {
                return Ok(false);
            }
            if count > MAX_ROW_BYTES {
                return Err(row_too_long(record.number));
            }
            self.line += 1;
            self.offset += u64::try_from(count).unwrap_or_default();
            record.bytes.truncate(record.bytes.trim_ascii_end().len());
            if !record.bytes.is_empty() {
                return Ok(true);
            }
        }
    }
}

/// Returns the values of a row, and adds the names of new columns to `names`.
pub(super) fn cells(record: &Record, names: &mut Vec<String>) -> Result<Vec<Cell>, Problem> {
    let line = text(record, None, record.raw_line())?;
    let pairs: Pairs<'_> = serde_json::from_str(line).map_err(|error| {
        Problem::of_the_row(format!(
            "the line is not a JSON object (error at its byte {}): write each row as one object on one line",
            error.column().max(1)
        ))
    })?;
    let mut cells: Vec<Cell> = Vec::with_capacity(pairs.0.len());
    // What a job wrote is no cell.
    let is_cell = |name: &str| ![WRITTEN, WRITTEN_BY].contains(&name);
    let pairs = pairs.0.into_iter().filter(|(name, _)| is_cell(name));
    for (name, json) in pairs {
        let at = names.iter().position(|known| *known == name);
        // Every key is remembered, so memory would grow with rows of other keys each.
        if at.is_none() && names.len() >= MAX_COLUMNS {
            let problem = format!(
                "the rows have more than {MAX_COLUMNS} different keys: use the same ones in all rows"
            );
            return Err(Problem::of_the_row(problem));
        }
        let column = at.unwrap_or_else(|| {
            names.push(name.clone().into_owned());
            names.len() - 1
        });
        if cells.iter().any(|cell| cell.column == column) {
            return Err(Problem::of_column(&name, "the key occurs twice"));
        }
        let value = value(json).map_err(|problem| Problem::of_column(&name, problem))?;
        cells.push(Cell { column, value });
    }
    Ok(cells)
}

/// Returns the row with these keys at its end, replacing existing ones. A row that is not an object
/// is returned unchanged.
pub(crate) fn json_line_with(line: &[u8], keys: &[&str], texts: &[&str]) -> Vec<u8> {
    let Ok(Pairs(pairs)) = serde_json::from_slice(line) else {
        return line.to_owned();
    };
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let is_old = |name: &str| keys.contains(&name);
    let kept = pairs.iter().filter(|(name, _)| !is_old(name));
    let kept = kept.map(|(name, json)| format!("{}:{}", quoted(name), json.get()));
    let new = keys.iter().zip(texts);
    let new = new.map(|(key, text)| format!("{}:{}", quoted(key), quoted(text)));
    let all: Vec<String> = kept.chain(new).collect();
    format!("{{{}}}", all.join(",")).into_bytes()
}

fn value(json: &RawValue) -> Result<CellValue, &'static str> {
    if !json.get().starts_with('[') {
        let text = single(json)?;
        return Ok(text.map_or(CellValue::Empty, CellValue::Text));
    }
    let list: Vec<&RawValue> = serde_json::from_str(json.get()).map_err(|_| ODD)?;
    let texts: Result<Vec<String>, _> = list
        .into_iter()
        .filter_map(|json| single(json).transpose())
        .collect();
    let texts = texts?;
    Ok(if texts.is_empty() {
        CellValue::Empty
    } else {
        CellValue::List(texts)
    })
}

const ODD: &str = "has an unsupported value: use a text, a number, true, false, null, or a list of these; a phone or an email may be {\"value\":…,\"typeId\":…}";

/// Returns one value as text; `None` if it is empty.
fn single(json: &RawValue) -> Result<Option<String>, &'static str> {
    let text = match json.get().as_bytes().first() {
        Some(b'"') => {
            let text: String = serde_json::from_str(json.get()).map_err(|_| ODD)?;
            text.trim().to_owned()
        }
        Some(b'n') => String::new(),
        Some(b'{') => {
            let entry: Entry = serde_json::from_str(json.get()).map_err(|_| ODD)?;
            match entry.type_id {
                Some(type_id) => format!("{}:{type_id}", entry.value.trim()),
                None => entry.value,
            }
        }
        Some(b'[') => return Err(ODD),
        _ => json.get().to_owned(),
    };
    Ok((!text.is_empty()).then_some(text))
}

/// A phone or an email in the form that the API takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    value: String,
    #[serde(rename = "typeId")]
    type_id: Option<String>,
}

/// The keys and values of an object, in order. A key may occur twice.
#[derive(Debug)]
pub(crate) struct Pairs<'a>(pub(crate) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Vec<(String, CellValue)>, Problem> {
        let mut rows = JsonRows::new(line.as_bytes(), 0);
        let mut record = Record::default();
        assert!(rows.read(&mut record).unwrap());
        let mut names = Vec::new();
        let cells = cells(&record, &mut names)?;
        Ok(cells
            .into_iter()
            .map(|cell| (names[cell.column].clone(), cell.value))
            .collect())
    }

    #[test]
    fn values_are_read_by_their_types() {
        let line = r#"{"id":71,"a":" x ","b":1.50,"c":true,"d":null,"e":"","f":[],
            "g":["1","2:HOME"],"h":{"value":"3","typeId":"MOBILE"}}"#;
        let text = |text: &str| CellValue::Text(text.to_owned());
        let list = CellValue::List(vec!["1".to_owned(), "2:HOME".to_owned()]);
        let cells = read(&line.replace('\n', "")).unwrap();
        let values: Vec<_> = cells.into_iter().map(|(_, value)| value).collect();
        let empty = || CellValue::Empty;
        assert_eq!(
            values,
            [
                text("71"),
                text("x"),
                text("1.50"),
                text("true"),
                empty(),
                empty(),
                empty(),
                list,
                text("3:MOBILE"),
            ]
        );
    }

    #[test]
    fn the_keys_that_are_remembered_are_limited() {
        let mut names: Vec<String> = (1..MAX_COLUMNS).map(|key| key.to_string()).collect();
        let record = |line: &str| {
            let mut record = Record::default();
            assert!(JsonRows::new(line.as_bytes(), 0).read(&mut record).unwrap());
            record
        };
        assert!(cells(&record(r#"{"id":1}"#), &mut names).is_ok());
        assert!(cells(&record(r#"{"id":2,"1":3}"#), &mut names).is_ok());
        let problem = cells(&record(r#"{"new":1}"#), &mut names).unwrap_err();
        assert!(problem.text.contains("different keys"), "{}", problem.text);
        assert_eq!(names.len(), MAX_COLUMNS);
    }

    #[test]
    fn an_invalid_row_is_reported_without_its_values() {
        for (line, column) in [
            ("[\"secret\"]", None),
            ("{\"a\":\"secret\"", None),
            ("{\"a\":{\"secret\":1}}", Some("a")),
            ("{\"a\":[[\"secret\"]]}", Some("a")),
            ("{\"a\":1,\"a\":2}", Some("a")),
        ] {
            let problem = read(line).unwrap_err();
            assert_eq!(problem.column.as_deref(), column, "{line}");
            assert!(!problem.text.contains("secret"), "{}", problem.text);
        }
    }
}
