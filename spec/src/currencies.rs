//! The portal's currencies: the answer to `GET /v1/currencies`, or the file in which `cargo vibecode pull`
//! writes them.

use std::path::Path;

use crate::{
    Item, SchemaError,
    answer::{Expected, check_format, file_bytes, stated_portal},
    json::{Json, Object},
    one_line,
    rows::{List, Row, position},
};

const CURRENCIES: List = List {
    expected: Expected(
        "the currencies are the answer to `GET /v1/currencies`, which `cargo vibecode pull` fetches",
    ),
    row: "currency",
    key: "id",
};

/// The currencies of a portal.
///
/// They are read from the answer to `GET /v1/currencies`, from the list of rows alone, or from a file that
/// `cargo vibecode pull` has written:
///
/// ```
/// use vibecode_spec::Currencies;
///
/// let file = r#"{"format": 1, "currencies": [{"code": "RUB", "name": "Rouble", "base": true}]}"#;
/// let answer = r#"{"success":true,"data":[{"id":"RUB","fullName":"Rouble","base":true}]}"#;
/// let currencies = Currencies::read(answer)?;
/// assert_eq!(currencies, Currencies::read(file)?);
/// assert_eq!((&*currencies.items()[0].id, currencies.base()), ("RUB", Some("RUB")));
/// # Ok::<(), vibecode_spec::SchemaError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Currencies {
    items: Vec<Item>,
    base: Option<String>,
    portal: Option<String>,
}

impl Currencies {
    /// Reads an answer, or the content of a file.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] that says what the text is instead, or what of it cannot be read.
    pub fn read(bytes: impl AsRef<[u8]>) -> Result<Self, SchemaError> {
        Self::of_json(&CURRENCIES.expected.parse(bytes.as_ref())?)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Fails like [`Currencies::read`], and if the file cannot be read or is longer than 16 MiB.
    pub fn read_file(file: &Path) -> Result<Self, SchemaError> {
        Self::read(file_bytes(file)?)
    }

    pub(crate) fn of_json(answer: &Json<'_>) -> Result<Self, SchemaError> {
        match answer {
            Json::Object(file) if file.contains_key("format") => Self::of_file(file),
            answer => {
                let mut rows = CURRENCIES.rows(answer)?;
                rows.sort_by_key(|row| position(row));
                Self::of_rows(&rows, |row| {
                    let code = CURRENCIES.text(row, "id")?;
                    // The rows of any other list have an id, too.
                    let is_described = ["fullName", "base", "lid"];
                    let is_described = is_described.iter().any(|key| row.contains_key(key));
                    if !is_described && !is_currency_code(&code) {
                        return refuse_other_rows(&code);
                    }
                    let name = CURRENCIES.optional_text(row, "fullName")?;
                    Ok(Item::new(code.clone(), name.unwrap_or(code)))
                })
            }
        }
    }

    fn of_file(file: &Object<'_>) -> Result<Self, SchemaError> {
        check_format(file)?;
        let portal = stated_portal(file, CURRENCIES.expected)?;
        let Some(rows) = file.get("currencies").filter(|it| it.is_list()) else {
            return CURRENCIES.refused("it has no `currencies`");
        };
        let currencies = Self::of_rows(&CURRENCIES.rows(rows)?, |row| {
            CURRENCIES.item(row, "code", "name")
        });
        Ok(currencies?.with_portal(portal))
    }

    fn of_rows(
        rows: &[&Row<'_>],
        item: impl Fn(&Row<'_>) -> Result<Item, SchemaError>,
    ) -> Result<Self, SchemaError> {
        let items: Vec<_> = rows.iter().map(|row| item(row)).collect::<Result<_, _>>()?;
        if let Some(other) = items.iter().find(|item| item.number().is_some()) {
            return refuse_other_rows(&other.id);
        }
        CURRENCIES.check_unique(&items, "currencies")?;
        let base = rows.iter().zip(&items);
        let base = base.filter(|(row, _)| row.get("base").is_some_and(|base| base.is_bool(true)));
        let base = base.map(|(_, item)| item.id.clone()).next();
        Ok(Self {
            items,
            base,
            portal: None,
        })
    }

    /// Sets the host of the portal that has these currencies.
    #[must_use]
    pub fn with_portal(self, portal: Option<String>) -> Self {
        Self { portal, ..self }
    }

    /// Returns the host of the portal that has these currencies, if it is stated.
    #[must_use]
    pub fn portal(&self) -> Option<&str> {
        self.portal.as_deref()
    }

    /// Returns the currencies, with codes as their ids, in the order in which the portal shows them.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Returns the code of the base currency, if it is stated.
    #[must_use]
    pub fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }
}

/// Returns whether a text has the form of the code of a currency: three Latin letters, which may be small.
///
/// ```
/// use vibecode_spec::is_currency_code;
///
/// assert!(is_currency_code("RUB") && is_currency_code("rub"));
/// assert!(!is_currency_code("RU") && !is_currency_code("руб"));
/// ```
#[must_use]
pub fn is_currency_code(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Refuses a row of another list, by its id.
fn refuse_other_rows<T>(id: &str) -> Result<T, SchemaError> {
    let id = one_line(id);
    CURRENCIES.refused(&format!(
        "this is not an answer about currencies: `{id}` is not the code of a currency"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_holds_what_was_answered() {
        let answer = json!({"success": true, "data": [
            {"id": "USD", "sort": 200, "base": false, "fullName": "US dollar"},
            {"id": "RUB", "sort": 100, "base": true, "fullName": "Rouble"},
            {"id": "XTS", "sort": 300, "fullName": null}
        ], "meta": {"total": 0, "hasMore": false}});
        let currencies = Currencies::of_answer(&answer).unwrap();
        let items = currencies.items().iter();
        let items: Vec<_> = items.map(|item| (&*item.id, &*item.label)).collect();
        assert_eq!(
            items,
            [("RUB", "Rouble"), ("USD", "US dollar"), ("XTS", "XTS")]
        );
        assert_eq!(Currencies::read(currencies.file_text()), Ok(currencies));
    }

    #[test]
    fn what_is_not_understood_is_not_read_as_no_currency() {
        for (answer, problem) in [
            (json!({"success": true, "data": []}), "there is no currency"),
            (json!({"data": [{"id": null}]}), "a currency has no `id`"),
            (json!([{"id": "RUB"}, {"id": "RUB"}]), "the code `RUB`"),
            (json!([7]), "currency 1 is not an object"),
            (json!({"format": 1}), "it has no `currencies`"),
            (
                json!({"format": 2, "currencies": []}),
                "its `format` is not 1",
            ),
            (json!([{"id": "RUB", "fullName": 7}]), "`fullName`"),
            (
                json!([{"id": 101, "entityId": "SOURCE", "statusId": "WEB", "name": "Website"}]),
                "this is not an answer about currencies",
            ),
            (
                json!({"format": 1, "currencies": [{"code": "101", "name": "101"}]}),
                "this is not an answer about currencies",
            ),
        ] {
            let error = Currencies::of_answer(&answer).unwrap_err().to_string();
            assert!(error.contains(problem), "{answer}: {error}");
        }
    }
}
