//! Reads the rows of an answer that is a list, such as `GET /v1/statuses`.

use std::collections::HashSet;

use crate::{
    Item, SchemaError,
    answer::Expected,
    json::{Json, Object},
    localized_label::label_in,
    one_line,
};

/// A row of a list.
pub(crate) type Row<'a> = Object<'a>;

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
    pub(crate) fn rows<'j, 'a>(
        self,
        answer: &'j Json<'a>,
    ) -> Result<Vec<&'j Row<'a>>, SchemaError> {
        let rows = match self.data(answer)? {
            Json::List(rows) => rows.iter().collect(),
            row @ Json::Object(members) if members.contains_key(self.key) => vec![row],
            // PHP writes a list with gaps as a map.
            Json::Object(rows) if rows.members().iter().all(|(_, row)| row.is_object()) => {
                let rows = rows.members().into_iter();
                rows.map(|(_, row)| row).collect()
            }
            Json::Object(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {
                return self.refused("this is not a list");
            }
        };
        if rows.is_empty() {
            return self.refused(&format!("there is no {}", self.row));
        }
        let rows = rows.into_iter().enumerate();
        let rows = rows.map(|(index, row)| match row.as_object() {
            Some(row) => Ok(row),
            None => self.refused(&format!("{} {} is not an object", self.row, index + 1)),
        });
        rows.collect()
    }

    fn data<'j, 'a>(self, answer: &'j Json<'a>) -> Result<&'j Json<'a>, SchemaError> {
        let Some(members) = answer.as_object() else {
            return Ok(answer);
        };
        self.expected.refuse_error(members)?;
        if members.contains_key("result") {
            return self.refused("this is an answer of Bitrix24's own REST (`result`)");
        }
        let has_more = answer.get("meta").and_then(|meta| meta.get("hasMore"));
        if has_more.is_some_and(|more| more.is_bool(true)) {
            return self.refused("this is only one page of the list (`hasMore`)");
        }
        match members.get("data") {
            Some(data) => Ok(data),
            None if members.contains_key("success") => {
                self.refused("this is an answer without `data`")
            }
            None => Ok(answer),
        }
    }

    pub(crate) fn refused<T>(self, what: &str) -> Result<T, SchemaError> {
        self.expected.refused(what)
    }

    /// Reads text that a row must have. A number is read as its digits.
    pub(crate) fn text(self, row: &Row<'_>, key: &str) -> Result<String, SchemaError> {
        let text = row.get(key).and_then(|value| match value {
            Json::Text(text) => (!text.trim().is_empty()).then(|| text.clone().into_owned()),
            Json::Number(number) => Some(number.to_string()),
            Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
        });
        match text {
            Some(text) => Ok(text),
            None => self.refused(&format!("a {} has no `{key}`", self.row)),
        }
    }

    /// Reads text that a row may lack.
    pub(crate) fn optional_text(
        self,
        row: &Row<'_>,
        key: &str,
    ) -> Result<Option<String>, SchemaError> {
        match row.get(key) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Text(text)) => Ok((!text.is_empty()).then(|| text.clone().into_owned())),
            Some(_) => self.refused(&format!("`{key}` of a {} cannot be read", self.row)),
        }
    }

    /// Reads a code and its name, under these keys.
    pub(crate) fn item(self, row: &Row<'_>, code: &str, name: &str) -> Result<Item, SchemaError> {
        let code = self.text(row, code)?;
        match row.get(name).and_then(label_in) {
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
pub(crate) fn position(row: &Row<'_>) -> i64 {
    row.get("sort")
        .and_then(|sort| match sort {
            Json::Text(sort) | Json::Number(sort) => sort.parse().ok(),
            _ => None,
        })
        .unwrap_or(i64::MAX)
}
