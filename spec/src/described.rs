//! Reads the answer to `GET /v1/{entity}/fields`, or a file that holds it, for the macros and the
//! command line. For any other input, the error says what the input is.

use std::collections::HashSet;

use crate::{
    SchemaError,
    answer::{Expected, check_format, stated_portal},
    field::is_description,
    json::{Json, Object},
    one_line, suggest, user_field_wire_name,
};

const SCHEMA: Expected = Expected(
    "a schema is the answer to `GET /v1/{entity}/fields`, which `cargo vibecode pull` fetches",
);

/// The descriptions of fields in an answer or a file.
pub(crate) struct Described<'j, 'a> {
    /// The description of each field, sorted by name.
    pub(crate) fields: Vec<(&'j str, &'j Json<'a>)>,
    pub(crate) about: About,
}

/// The properties that a schema file states about itself.
#[derive(Default)]
pub(crate) struct About {
    pub(crate) entity: Option<String>,
    #[cfg_attr(
        not(feature = "serde_json"),
        allow(dead_code, reason = "only the command line asks for it")
    )]
    pub(crate) portal: Option<String>,
    pub(crate) is_complete: bool,
}

/// Parses the text of an answer or a file.
pub(crate) fn parse(bytes: &[u8]) -> Result<Json<'_>, SchemaError> {
    SCHEMA.parse(bytes)
}

impl<'j, 'a> Described<'j, 'a> {
    pub(crate) fn of(answer: &'j Json<'a>) -> Result<Self, SchemaError> {
        let (fields, about) = map_of_fields(answer)?;
        let mut described = Self {
            fields: fields.members(),
            about,
        };
        described.check_entries(fields)?;
        described.drop_native_duplicates()?;
        Ok(described)
    }
}

fn refused<T>(what: &str) -> Result<T, SchemaError> {
    SCHEMA.refused(what)
}

/// Returns the map of fields in an answer, or in the part of it that a file holds.
fn map_of_fields<'j, 'a>(answer: &'j Json<'a>) -> Result<(&'j Object<'a>, About), SchemaError> {
    let answer = object(answer)?;
    SCHEMA.refuse_error(answer)?;
    let is_envelope = |key: &str| answer.get(key).is_some_and(|it| !is_description(it));
    if answer.contains_key("success") {
        return match answer.get("data") {
            Some(data) => Ok((inner_fields(object(data)?)?, About::default())),
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
    let data = answer.get("data").filter(|data| !is_description(data));
    let data = data.map_or(Ok(answer), object)?;
    Ok((inner_fields(data)?, About::default()))
}

fn read_file<'j, 'a>(file: &'j Object<'a>) -> Result<(&'j Object<'a>, About), SchemaError> {
    check_format(file)?;
    let about = About {
        entity: stated_entity(file)?,
        portal: stated_portal(file, SCHEMA)?,
        is_complete: file.get("partial").is_none_or(|it| it.is_bool(false)),
    };
    match file.get("fields") {
        Some(fields) => Ok((object(fields)?, about)),
        None => refused("it has no `fields`"),
    }
}

/// Returns the entity that a file states. An entity that is not text is an error, since no entity would
/// mean that the file fits every entity.
fn stated_entity(file: &Object<'_>) -> Result<Option<String>, SchemaError> {
    match file.get("entity") {
        None => Ok(None),
        Some(Json::Text(entity)) => Ok(Some(entity.clone().into_owned())),
        Some(_) => refused("its `entity` is not text"),
    }
}

/// Returns the map under `fields`, or else this map itself, in which `fields` may be
/// the name of a field.
fn inner_fields<'j, 'a>(data: &'j Object<'a>) -> Result<&'j Object<'a>, SchemaError> {
    let fields = data.get("fields").filter(|fields| !is_description(fields));
    fields.map_or(Ok(data), object)
}

fn object<'j, 'a>(value: &'j Json<'a>) -> Result<&'j Object<'a>, SchemaError> {
    match value {
        Json::Object(map) => Ok(map),
        Json::List(list) if list.iter().any(is_definition) => refused(
            "this is a list of user fields, the answer to `GET /v1/userfields/{entity}`, which `cargo vibecode pull {entity} --from-file` reads",
        ),
        Json::List(_) => refused("this is a list, not a map of fields"),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {
            refused("there is no map of fields")
        }
    }
}

/// Returns whether this is an element of the answer to `GET /v1/userfields/{entity}`.
fn is_definition(value: &Json<'_>) -> bool {
    ["fieldName", "FIELD_NAME"]
        .iter()
        .any(|key| value.get(key).is_some_and(Json::is_text))
}

impl Described<'_, '_> {
    /// Checks that every entry is an object, and that at least one describes a field, unless all are
    /// empty.
    fn check_entries(&self, fields: &Object<'_>) -> Result<(), SchemaError> {
        if let Some((name, _)) = self.fields.iter().find(|(_, it)| !it.is_object()) {
            let id = fields.get("id");
            if id.is_some_and(|id| matches!(id, Json::Number(_) | Json::Text(_))) {
                return refused("this is a record with values, not a description of fields");
            }
            return refused(&format!(
                "`{}` is not described by an object",
                one_line(name)
            ));
        }
        let is_empty = |it: &Json<'_>| it.as_object().is_some_and(Object::is_empty);
        let mut described = self.fields.iter().map(|(_, it)| *it);
        if !described.clone().all(is_empty) && !described.any(is_description) {
            return refused("nothing in this describes a field");
        }
        Ok(())
    }

    /// Drops the descriptions under names of the REST layer underneath (`COMPANY_ID`) if the field is
    /// also described under its wire name. If it is not, this is an answer of that layer, which is an
    /// error.
    fn drop_native_duplicates(&mut self) -> Result<(), SchemaError> {
        let names = || self.fields.iter().map(|(name, _)| *name);
        if !names().any(is_upper) {
            return Ok(());
        }
        let wire: HashSet<String> = names()
            .filter(|name| !is_upper(name))
            .map(suggest::fold)
            .collect();
        let has_wire_name = |name: &str| wire.contains(&suggest::fold(name));
        let native = names().find(|name| is_upper(name) && !has_wire_name(name));
        if let Some(upper) = native {
            let of_user_field = user_field_wire_name(upper);
            let is = of_user_field.map_or_else(
                || "a name of Bitrix24's own REST".to_owned(),
                |wire| format!("the upper name of the user field `{wire}`"),
            );
            return refused(&format!("`{}` is {is}, not a wire name", one_line(upper)));
        }
        self.fields.retain(|(name, _)| !is_upper(name));
        Ok(())
    }
}

fn is_upper(name: &str) -> bool {
    name.contains(|letter: char| letter.is_ascii_uppercase())
        && !name.contains(|letter: char| letter.is_lowercase())
}
