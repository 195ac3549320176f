//! Reads the answer to `GET /v1/{entity}/fields`, or a file that holds it, for the macros and the
//! command line. For any other input, the error says what the input is.

use std::{collections::HashSet, path::Path};

use serde_json::{Map, Value};

use crate::{
    Schema, SchemaError,
    answer::{Expected, FORMAT, check_format, file_bytes, stated_portal},
    field::is_description,
    one_line, options, suggest, user_field_wire_name,
};

const SCHEMA: Expected = Expected(
    "a schema is the answer to `GET /v1/{entity}/fields`, which `cargo vibecode pull` fetches",
);

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
        Self::of_answer(SCHEMA.parse(bytes.as_ref())?)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] if the file cannot be read, is longer than 16 MiB, or is not a schema.
    pub fn read_file(file: &Path) -> Result<Self, SchemaError> {
        Self::read(file_bytes(file)?)
    }

    /// Reads an answer that is already parsed as JSON.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] that says what the answer is instead.
    pub fn of_answer(answer: Value) -> Result<Self, SchemaError> {
        let (mut fields, file) = map_of_fields(answer)?;
        check_entries(&fields)?;
        drop_native_duplicates(&mut fields)?;
        Ok(Self {
            fields,
            entity: file.entity,
            portal: file.portal,
            is_complete: file.is_complete,
        })
    }

    /// Parses the descriptions into a schema.
    ///
    /// # Errors
    /// Returns a [`SchemaError`] with the name of the field if a description cannot be read.
    pub fn schema(&self) -> Result<Schema, SchemaError> {
        Schema::of_descriptions(self)
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

/// The properties that a schema file states about itself.
#[derive(Default)]
struct File {
    entity: Option<String>,
    portal: Option<String>,
    is_complete: bool,
}

fn refused<T>(what: &str) -> Result<T, SchemaError> {
    SCHEMA.refused(what)
}

/// Returns the map of fields in an answer, or in the part of it that a file holds.
fn map_of_fields(answer: Value) -> Result<(Map<String, Value>, File), SchemaError> {
    let mut answer = object(answer)?;
    SCHEMA.refuse_error(&answer)?;
    let is_envelope = |key: &str| answer.get(key).is_some_and(|it| !is_description(it));
    if answer.contains_key("success") {
        return match answer.remove("data") {
            Some(data) => Ok((inner_fields(object(data)?)?, File::default())),
            None => refused("this is an answer without `data`"),
        };
    }
    if is_envelope("result") {
        return refused(
            "this is an answer of Bitrix24's own REST (`result`), which describes fields in another way",
        );
    }
    if is_envelope("format") {
        return read_file(answer);
    }
    if is_envelope("data")
        && let Some(data) = answer.remove("data")
    {
        return Ok((inner_fields(object(data)?)?, File::default()));
    }
    Ok((inner_fields(answer)?, File::default()))
}

fn read_file(mut file: Map<String, Value>) -> Result<(Map<String, Value>, File), SchemaError> {
    check_format(&file.remove("format").unwrap_or_default())?;
    let about = File {
        entity: stated_entity(&file)?,
        portal: stated_portal(&file, SCHEMA)?,
        is_complete: file
            .get("partial")
            .is_none_or(|it| *it == Value::Bool(false)),
    };
    match file.remove("fields") {
        Some(fields) => Ok((object(fields)?, about)),
        None => refused("it has no `fields`"),
    }
}

/// Returns the entity that a file states. An entity that is not text is an error, since no entity would
/// mean that the file fits every entity.
fn stated_entity(file: &Map<String, Value>) -> Result<Option<String>, SchemaError> {
    match file.get("entity") {
        None => Ok(None),
        Some(Value::String(entity)) => Ok(Some(entity.clone())),
        Some(_) => refused("its `entity` is not text"),
    }
}

/// Returns the map under `fields`. If there is none, returns this map itself, in which `fields` may be
/// the name of a field.
fn inner_fields(mut data: Map<String, Value>) -> Result<Map<String, Value>, SchemaError> {
    let is_map = data.get("fields").is_some_and(|it| !is_description(it));
    match data.remove("fields") {
        Some(fields) if is_map => object(fields),
        Some(field) => {
            data.insert("fields".to_owned(), field);
            Ok(data)
        }
        None => Ok(data),
    }
}

fn object(value: Value) -> Result<Map<String, Value>, SchemaError> {
    match value {
        Value::Object(map) => Ok(map),
        Value::Array(list) if list.iter().any(is_definition) => refused(
            "this is a list of user fields, the answer to `GET /v1/userfields/{entity}`, which `cargo vibecode pull {entity} --from-file` reads",
        ),
        Value::Array(_) => refused("this is a list, not a map of fields"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            refused("there is no map of fields")
        }
    }
}

/// Returns whether this is an element of the answer to `GET /v1/userfields/{entity}`.
fn is_definition(value: &Value) -> bool {
    ["fieldName", "FIELD_NAME"]
        .iter()
        .any(|key| value.get(key).is_some_and(Value::is_string))
}

/// Checks that every entry is an object, and that at least one describes a field, unless all are empty.
fn check_entries(fields: &Map<String, Value>) -> Result<(), SchemaError> {
    if let Some((name, _)) = fields.iter().find(|(_, it)| !it.is_object()) {
        if fields
            .get("id")
            .is_some_and(|id| id.is_number() || id.is_string())
        {
            return refused("this is a record with values, not a description of fields");
        }
        return refused(&format!(
            "`{}` is not described by an object",
            one_line(name)
        ));
    }
    let is_empty = |it: &Value| *it == Value::Object(Map::new());
    if !fields.values().all(is_empty) && !fields.values().any(is_description) {
        return refused("nothing in this describes a field");
    }
    Ok(())
}

/// Drops the descriptions under names of the REST layer underneath (`COMPANY_ID`) if the field is also
/// described under its wire name. If it is not, this is an answer of that layer, which is an error.
fn drop_native_duplicates(fields: &mut Map<String, Value>) -> Result<(), SchemaError> {
    let is_upper = |name: &str| {
        name.contains(|letter: char| letter.is_ascii_uppercase())
            && !name.contains(|letter: char| letter.is_lowercase())
    };
    if !fields.keys().any(|name| is_upper(name)) {
        return Ok(());
    }
    let wire: HashSet<String> = fields
        .keys()
        .filter(|name| !is_upper(name))
        .map(|name| suggest::fold(name))
        .collect();
    let has_wire_name = |name: &str| wire.contains(&suggest::fold(name));
    let native = fields
        .keys()
        .find(|name| is_upper(name) && !has_wire_name(name));
    if let Some(upper) = native {
        let of_user_field = user_field_wire_name(upper);
        let is = of_user_field.map_or_else(
            || "a name of Bitrix24's own REST".to_owned(),
            |wire| format!("the upper name of the user field `{wire}`"),
        );
        return refused(&format!("`{}` is {is}, not a wire name", one_line(upper)));
    }
    fields.retain(|name, _| !is_upper(name));
    Ok(())
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
