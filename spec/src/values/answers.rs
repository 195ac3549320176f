//! Reads answers that are already parsed as JSON.

use serde_json::Value;

use crate::{
    Currencies, Field, Pipelines, Schema, SchemaError, Statuses, described::Described, json::Json,
    localized_label::label_in, statuses::STATUSES,
};

impl Schema {
    /// Reads an answer that is already parsed as JSON. See [`Schema::read`].
    ///
    /// # Errors
    /// Fails like [`Schema::read`].
    pub fn of_answer(answer: &Value) -> Result<Self, SchemaError> {
        Self::of_described(Described::of(&Json::from(answer))?, Field::of_json)
    }
}

impl Field {
    /// Reads the description of the field `name`. Missing keys have their defaults, and unknown keys are
    /// ignored.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] with the field's name if the type, a flag or an option is present but
    /// cannot be read.
    pub fn read(name: &str, description: &Value) -> Result<Self, SchemaError> {
        Self::of_json(name, &Json::from(description))
    }
}

impl Statuses {
    /// Reads an answer that is already parsed as JSON.
    ///
    /// # Errors
    /// Fails like [`Statuses::read`].
    pub fn of_answer(answer: &Value) -> Result<Self, SchemaError> {
        Self::of_json(&Json::from(answer))
    }

    /// Reads the rows of every page of `GET /v1/statuses`, which are all statuses of the portal.
    ///
    /// # Errors
    /// Fails like [`Statuses::read`].
    pub fn of_all_rows(rows: &[Value]) -> Result<Self, SchemaError> {
        let rows = Json::List(rows.iter().map(Json::from).collect());
        Self::of_rows(STATUSES.rows(&rows)?, true)
    }
}

impl Pipelines {
    /// Reads an answer that is already parsed as JSON. Pipeline 0 may be missing in it.
    ///
    /// # Errors
    /// Fails like [`Pipelines::read`].
    pub fn of_answer(answer: &Value) -> Result<Self, SchemaError> {
        Self::of_json(&Json::from(answer))
    }
}

impl Currencies {
    /// Reads an answer that is already parsed as JSON.
    ///
    /// # Errors
    /// Fails like [`Currencies::read`].
    pub fn of_answer(answer: &Value) -> Result<Self, SchemaError> {
        Self::of_json(&Json::from(answer))
    }
}

/// Returns the text of a label. If the label is a map from language to text (`{"ru": "Лояльность"}`),
/// this is the English text, or else the Russian, or else the first. Returns `None` if the label is
/// empty or has another form.
///
/// ```
/// use serde_json::json;
/// use vibecode_spec::label_of;
///
/// assert_eq!(label_of(&json!("Loyalty")).as_deref(), Some("Loyalty"));
/// assert_eq!(label_of(&json!({ "de": "", "ru": "Лояльность" })).as_deref(), Some("Лояльность"));
/// assert_eq!(label_of(&json!({ "type": "string" })), None);
/// ```
#[must_use]
pub fn label_of(label: &Value) -> Option<String> {
    label_in(&Json::from(label))
}
