//! The pipelines of deals: the answer to `GET /v1/deal-categories`.

use std::collections::BTreeMap;

use crate::{
    SchemaError,
    answer::Expected,
    json::Json,
    rows::{List, Row},
};

const PIPELINES: List = List {
    expected: Expected(
        "the pipelines are the answer to `GET /v1/deal-categories`, which `cargo vibecode pull` fetches",
    ),
    row: "pipeline",
    key: "id",
};

/// The pipelines of a portal's deals, by number.
///
/// ```
/// use vibecode_spec::Pipelines;
///
/// let answer = r#"{"success":true,"data":[{"id":5,"name":"Partners"}]}"#;
/// assert_eq!(Pipelines::read(answer)?.name(5), Some("Partners"));
/// # Ok::<(), vibecode_spec::SchemaError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pipelines(BTreeMap<u64, String>);

impl Pipelines {
    /// Reads an answer, or the list of rows alone.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] that says what the text is instead, or what of it cannot be read.
    pub fn read(bytes: impl AsRef<[u8]>) -> Result<Self, SchemaError> {
        Self::of_json(&PIPELINES.expected.parse(bytes.as_ref())?)
    }

    pub(crate) fn of_json(answer: &Json<'_>) -> Result<Self, SchemaError> {
        // A portal can have no pipeline beside the first.
        if answer.is_empty_list() || answer.get("data").is_some_and(Json::is_empty_list) {
            return Ok(Self::default());
        }
        let mut pipelines = BTreeMap::new();
        for row in PIPELINES.rows(answer)? {
            let (number, name) = pipeline(row)?;
            if pipelines.insert(number, name).is_some() {
                return PIPELINES.refused(&format!("two pipelines have the id {number}"));
            }
        }
        Ok(Self(pipelines))
    }

    /// Reads the part of a file that `cargo vibecode pull` has written.
    pub(crate) fn of_file(pipelines: &Json<'_>) -> Result<Self, SchemaError> {
        if pipelines.is_list() {
            return Self::of_json(pipelines);
        }
        PIPELINES.refused("its `pipelines` is not a list")
    }

    /// Returns the name of a pipeline.
    #[must_use]
    pub fn name(&self, number: u64) -> Option<&str> {
        self.0.get(&number).map(String::as_str)
    }

    /// Returns every pipeline that has a name, sorted by number.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &str)> {
        self.0.iter().map(|(number, name)| (*number, &**name))
    }
}

fn pipeline(row: &Row<'_>) -> Result<(u64, String), SchemaError> {
    let item = PIPELINES.item(row, "id", "name")?;
    match item.number() {
        Some(number) => Ok((number, item.label)),
        None => PIPELINES.refused("the id of a pipeline is not a number"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_a_single_row_and_no_row_are_read() {
        let row = json!({"id": 2, "name": "Pipeline 2", "sort": 100});
        for answer in [
            json!({"success": true, "data": row, "meta": {"total": 0, "hasMore": false}}),
            json!({"success": true, "data": [row]}),
            json!({"data": {"4": row}}),
            json!([row]),
            json!([{"id": "2", "name": "Pipeline 2"}]),
        ] {
            let read = Pipelines::of_answer(&answer).unwrap();
            assert_eq!(
                read.iter().collect::<Vec<_>>(),
                [(2, "Pipeline 2")],
                "{answer}"
            );
        }
        let none = Pipelines::of_answer(&json!({"success": true, "data": []})).unwrap();
        assert_eq!(none, Pipelines::default());
    }

    #[test]
    fn what_is_not_understood_is_not_read_as_no_pipeline() {
        for (answer, problem) in [
            (json!({"success": true, "data": null}), "this is not a list"),
            (json!({"success": true, "data": "x"}), "this is not a list"),
            (json!({"success": true}), "without `data`"),
            (json!({"result": []}), "Bitrix24's own REST"),
            (json!([{"id": "x", "name": "A"}]), "not a number"),
            (json!([{"id": 1}]), "`1` has no `name`"),
            (json!([{"name": "A"}]), "has no `id`"),
            (
                json!([{"id": 1, "name": "A"}, {"id": 1, "name": "B"}]),
                "the id 1",
            ),
            (
                json!({"success": false, "error": {"code": "SCOPE_DENIED"}}),
                "SCOPE_DENIED",
            ),
        ] {
            let error = Pipelines::of_answer(&answer).unwrap_err().to_string();
            assert!(error.contains(problem), "{answer}: {error}");
        }
    }
}
