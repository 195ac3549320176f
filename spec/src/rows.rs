//! Reads the rows of an answer that is a list, such as `GET /v1/statuses`.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::{Item, SchemaError, answer::Expected, label_of, one_line};

/// A row of a list.
pub(crate) type Row = Map<String, Value>;

/// A list that is expected: what its rows are, and a key that each of them has.
#[derive(Clone, Copy)]
pub(crate) struct List {
    pub(crate) expected: Expected,
    /// The word for a row in messages.
    pub(crate) row: &'static str,
    /// A key of every row.
    pub(crate) key: &'static str,
}

impl List {
    /// Returns the rows of an answer: the whole answer, its `data`, or the list alone. A list with a
    /// single row was observed as the row itself (grade O).
    pub(crate) fn rows(self, answer: Value) -> Result<Vec<Row>, SchemaError> {
        let rows = match self.data(answer)? {
            Value::Array(rows) => rows,
            Value::Object(row) if row.contains_key(self.key) => vec![Value::Object(row)],
            // PHP writes a list with gaps as a map.
            Value::Object(rows) if rows.values().all(Value::is_object) => {
                rows.into_iter().map(|(_, row)| row).collect()
            }
            Value::Object(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_) => {
                return self.refused("this is not a list");
            }
        };
        if rows.is_empty() {
            return self.refused(&format!("there is no {}", self.row));
        }
        let rows = rows.into_iter().enumerate().map(|(index, row)| match row {
            Value::Object(row) => Ok(row),
            _ => self.refused(&format!("{} {} is not an object", self.row, index + 1)),
        });
        rows.collect()
    }

    fn data(self, answer: Value) -> Result<Value, SchemaError> {
        let Value::Object(mut answer) = answer else {
            return Ok(answer);
        };
        self.expected.refuse_error(&answer)?;
        if answer.contains_key("result") {
            return self.refused("this is an answer of Bitrix24's own REST (`result`)");
        }
        let has_more = answer.get("meta").and_then(|meta| meta.get("hasMore"));
        if has_more == Some(&Value::Bool(true)) {
            return self.refused("this is only one page of the list (`hasMore`)");
        }
        match answer.remove("data") {
            Some(data) => Ok(data),
            None if answer.contains_key("success") => {
                self.refused("this is an answer without `data`")
            }
            None => Ok(Value::Object(answer)),
        }
    }

    pub(crate) fn refused<T>(self, what: &str) -> Result<T, SchemaError> {
        self.expected.refused(what)
    }

    /// Reads text that a row must have. A number is read as its digits.
    pub(crate) fn text(self, row: &Row, key: &str) -> Result<String, SchemaError> {
        let text = row.get(key).and_then(|value| match value {
            Value::String(text) => (!text.trim().is_empty()).then(|| text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        });
        match text {
            Some(text) => Ok(text),
            None => self.refused(&format!("a {} has no `{key}`", self.row)),
        }
    }

    /// Reads text that a row may lack.
    pub(crate) fn optional_text(self, row: &Row, key: &str) -> Result<Option<String>, SchemaError> {
        match row.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok((!text.is_empty()).then(|| text.clone())),
            Some(_) => self.refused(&format!("`{key}` of a {} cannot be read", self.row)),
        }
    }

    /// Reads a code and its name, under these keys.
    pub(crate) fn item(self, row: &Row, code: &str, name: &str) -> Result<Item, SchemaError> {
        let code = self.text(row, code)?;
        match row.get(name).and_then(label_of) {
            Some(label) => Ok(Item::new(code, label)),
            None => self.refused(&format!(
                "the {} `{}` has no `{name}`",
                self.row,
                one_line(&code)
            )),
        }
    }

    /// Refuses a code that occurs twice. `what` is the plural for the message.
    pub(crate) fn check_unique(self, items: &[Item], what: &str) -> Result<(), SchemaError> {
        let mut codes = HashSet::new();
        match items.iter().find(|item| !codes.insert(&item.id)) {
            Some(item) => {
                let code = one_line(&item.id);
                self.refused(&format!("two {what} have the code `{code}`"))
            }
            None => Ok(()),
        }
    }
}

/// Returns the position at which a portal shows a row. Rows without one come last.
pub(crate) fn position(row: &Row) -> i64 {
    row.get("sort")
        .and_then(|sort| match sort {
            Value::String(sort) => sort.parse().ok(),
            other => other.as_i64(),
        })
        .unwrap_or(i64::MAX)
}
