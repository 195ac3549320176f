//! The answer to `GET /v1/{entity}/fields` as the API answered it, for the command line.

use serde_json::{Map, Value};

use crate::{
    Field, Schema, SchemaError,
    answer::FORMAT,
    described::{About, Described, parse},
    json::Json,
    options,
};

/// The descriptions of an entity's fields by wire name, as the API answered them.
///
/// ```
/// use vibecode_spec::Descriptions;
///
/// let answer = r#"{"success":true,"data":{"fields":{"post":{"type":"string"}}}}"#;
/// let descriptions = Descriptions::read(answer)?;
/// assert_eq!(descriptions.fields["post"]["type"], "string");
/// // The list may be only a part of the portal's fields.
/// assert!(!descriptions.is_complete);
/// # Ok::<(), vibecode_spec::SchemaError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Descriptions {
    /// The description of each field.
    pub fields: Map<String, Value>,
    /// The entity that has these fields, if it is stated. Only files written by `pull` state it.
    pub entity: Option<String>,
    /// The host of the portal that has these fields, if it is stated. Only files written by `pull` state it.
    pub portal: Option<String>,
    /// Whether these are known to be all fields of the entity. This is possible only in a file written
    /// by `pull`; any other input may hold a part of them.
    pub is_complete: bool,
}

impl Descriptions {
    /// Reads an answer, or the content of a file: the whole answer, its `data`, the map of fields alone,
    /// or the format in which `cargo vibecode pull` writes it.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] that says what the text is instead.
    pub fn read(bytes: impl AsRef<[u8]>) -> Result<Self, SchemaError> {
        Ok(Described::of(&parse(bytes.as_ref())?)?.into())
    }

    /// Reads an answer that is already parsed as JSON.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] that says what the answer is instead.
    pub fn of_answer(answer: &Value) -> Result<Self, SchemaError> {
        Ok(Described::of(&Json::from(answer))?.into())
    }

    /// Parses the descriptions into a schema.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] with the name of the field if a description cannot be read.
    pub fn schema(&self) -> Result<Schema, SchemaError> {
        let fields = self.fields.iter();
        let fields: Vec<_> = fields
            .map(|(name, description)| (&**name, Json::from(description)))
            .collect();
        let described = Described {
            fields: fields.iter().map(|(name, field)| (*name, field)).collect(),
            about: About {
                entity: self.entity.clone(),
                portal: self.portal.clone(),
                is_complete: self.is_complete,
            },
        };
        Schema::of_described(described, Field::of_json)
    }

    /// Returns the text of a schema file as `cargo vibecode pull` writes it. Its order and its spacing
    /// are fixed, so that a diff shows only what has changed.
    #[must_use]
    pub fn file_text(&self, entity: &str) -> String {
        let mut file = Map::new();
        let fields = self.fields.iter();
        let fields = fields.map(|(name, field)| (name.clone(), in_order(field)));
        file.insert("entity".to_owned(), entity.into());
        file.insert("fields".to_owned(), Value::Object(sorted(fields)));
        file.insert("format".to_owned(), FORMAT.into());
        if !self.is_complete {
            file.insert("partial".to_owned(), true.into());
        }
        if let Some(portal) = &self.portal {
            file.insert("portal".to_owned(), portal.as_str().into());
        }
        format!("{:#}\n", Value::Object(file))
    }
}

impl From<Described<'_, '_>> for Descriptions {
    fn from(described: Described<'_, '_>) -> Self {
        let fields = described.fields.into_iter();
        Self {
            fields: fields
                .map(|(name, description)| (name.to_owned(), description.to_value()))
                .collect(),
            entity: described.about.entity,
            portal: described.about.portal,
            is_complete: described.about.is_complete,
        }
    }
}

/// Returns a map sorted by key, even if `serde_json` is built to preserve the order of insertion.
fn sorted(entries: impl Iterator<Item = (String, Value)>) -> Map<String, Value> {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    entries.into_iter().collect()
}

/// Returns a field with its options sorted by id, since the order in which a portal lists them has no
/// meaning.
fn in_order(field: &Value) -> Value {
    let mut field = field.clone();
    for key in options::LISTS {
        if let Some(items) = field.get_mut(key).and_then(Value::as_array_mut) {
            items.sort_by_key(id_of);
        }
    }
    field
}

fn id_of(item: &Value) -> u64 {
    let id = options::IDS.iter().find_map(|key| item.get(*key));
    let number = id.and_then(|id| match id {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    });
    number.unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
