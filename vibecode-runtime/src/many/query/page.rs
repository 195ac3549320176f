//! One page of a list.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::value::RawValue;

use crate::{
    Result,
    client::{Answer, Request},
    wire::{id, json},
};

/// The records of a page. What `meta` reports about further rows is not relied on: it was observed to
/// be wrong (api.md, grade O).
#[derive(Debug)]
pub(super) struct Page(pub(super) Vec<Box<RawValue>>);

impl Answer for Page {
    type Data<'a> = Self;

    fn read(data: Self, _: Option<&RawValue>, _: &Request) -> Result<Self> {
        Ok(data)
    }
}

impl<'de> Deserialize<'de> for Page {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let data = <&RawValue>::deserialize(deserializer)?;
        let rows = rows(data).ok_or_else(|| D::Error::custom("neither a list nor a record"))?;
        Ok(Self(rows))
    }
}

/// Returns the rows of a page: a list, a list with gaps as PHP writes it, or a single row without a
/// list around it (api.md, "Envelope", grade O). A single row must have an id: any other object may be
/// something else, and reading it as a row would end the listing.
fn rows(data: &RawValue) -> Option<Vec<Box<RawValue>>> {
    if !json::is_object(data) {
        return serde_json::from_str(data.get()).ok();
    }
    if let Some(rows) = json::list_with_gaps(data.get()) {
        return Some(rows.into_iter().map(ToOwned::to_owned).collect());
    }
    let has_id = json::pick(data.get(), ["id"])?
        .into_iter()
        .flatten()
        .any(|id| id::is_of_any_entity(id.get()));
    (has_id && !json::has_index_among_keys(data.get())).then(|| vec![data.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(data: &str) -> Option<Vec<String>> {
        let page: Page = serde_json::from_str(data).ok()?;
        Some(page.0.iter().map(|row| row.get().to_owned()).collect())
    }

    #[test]
    fn a_page_is_a_list_a_list_with_gaps_or_a_single_row() {
        for (data, rows) in [
            ("[]", vec![]),
            (r#"[{"id":1},{"id":2}]"#, vec![r#"{"id":1}"#, r#"{"id":2}"#]),
            (
                r#"{"10":{"id":3},"0":{"id":1},"2":{"id":2}}"#,
                vec![r#"{"id":1}"#, r#"{"id":2}"#, r#"{"id":3}"#],
            ),
            (
                r#"{"id":1,"name":"Ivan"}"#,
                vec![r#"{"id":1,"name":"Ivan"}"#],
            ),
            (r#"{"id":"RUB"}"#, vec![r#"{"id":"RUB"}"#]),
        ] {
            assert_eq!(rows_of(data).unwrap(), rows, "{data}");
        }
    }

    #[test]
    fn what_is_not_understood_as_rows_is_not_an_empty_page() {
        for data in [
            "null",
            "false",
            "0",
            r#""""#,
            r#""no rows""#,
            "{}",
            r#"{"items":[{"id":1}]}"#,
            r#"{"id":null}"#,
            r#"{"id":""}"#,
            r#"{"id":{"0":1}}"#,
            r#"{"0":{"id":1},"id":2}"#,
            r#"{"0":{"id":1},"total":2}"#,
            r#"{"0":{"id":1},"00":{"id":2}}"#,
            r#"{"0":{"id":1},"0":{"id":2}}"#,
            r#"{"-1":{"id":1}}"#,
        ] {
            assert_eq!(rows_of(data), None, "{data}");
        }
    }
}
