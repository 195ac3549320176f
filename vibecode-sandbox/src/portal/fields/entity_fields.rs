//! The fields of one entity on this portal: the built-in ones, and the custom ones, which only this
//! portal has.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use vibecode_spec::{Entity, EntityPath, Field, Kind, Schema, UserFieldName, read_user_field_name};

use crate::start_error::StartError;

#[derive(Debug)]
pub(crate) struct Fields {
    entity: EntityPath,
    custom: Schema,
    custom_descriptions: Map<String, Value>,
    /// The ids of the definitions of user fields, by wire name.
    definition_ids: BTreeMap<String, u64>,
}

impl Fields {
    pub(crate) fn new(
        entity: EntityPath,
        custom_descriptions: Map<String, Value>,
    ) -> Result<Self, StartError> {
        for (name, description) in &custom_descriptions {
            check(entity, name, description)?;
        }
        let custom = read(&custom_descriptions)?;
        let mut fields = Self {
            entity,
            custom,
            custom_descriptions,
            definition_ids: BTreeMap::new(),
        };
        fields.number_definitions();
        Ok(fields)
    }

    /// Adds a field that no other has the name of.
    pub(crate) fn add(&mut self, name: String, description: Value) -> Result<(), StartError> {
        check(self.entity, &name, &description)?;
        let mut descriptions = self.custom_descriptions.clone();
        descriptions.insert(name, description);
        self.custom = read(&descriptions)?;
        self.custom_descriptions = descriptions;
        self.number_definitions();
        Ok(())
    }

    pub(crate) fn definition_id(&self, field: &Field) -> u64 {
        let id = self.definition_ids.get(&field.name);
        id.copied().unwrap_or_default()
    }

    /// Gives the next id to every field that has none.
    fn number_definitions(&mut self) {
        let mut last = self.definition_ids.values().copied().max().unwrap_or(0);
        for field in self.custom.fields() {
            self.definition_ids
                .entry(field.name.clone())
                .or_insert_with(|| {
                    last += 1;
                    last
                });
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Field> {
        let built_in = self.entity.documented().field(name);
        built_in.or_else(|| self.custom.field(name))
    }

    /// Returns the built-in fields and the custom ones.
    pub(crate) fn schemas(&self) -> [&Schema; 2] {
        [self.entity.documented(), &self.custom]
    }

    pub(crate) fn built_in(&self) -> impl Iterator<Item = &Field> {
        self.entity.documented().fields()
    }

    /// Returns true if a write to a read-only field is refused instead of dropped (tasks, grade D).
    pub(crate) fn refuses_read_only(&self) -> bool {
        self.entity == EntityPath::Entity(Entity::Tasks)
    }

    /// Returns true if a text in this field is dropped, because the field takes a list of links (tasks,
    /// grade O).
    pub(crate) fn drops_text_for_list(&self, field: &Field) -> bool {
        self.entity == EntityPath::Entity(Entity::Tasks)
            && field.multiple
            && field.kind == Kind::Crm
    }

    /// Returns true if `GET /v1/{entity}/fields` lists each field a second time, under its name in the
    /// layer underneath (tasks, grade D).
    pub(crate) fn are_listed_twice(&self) -> bool {
        self.entity == EntityPath::Entity(Entity::Tasks)
    }

    pub(crate) fn custom(&self) -> impl Iterator<Item = &Field> {
        self.custom.fields()
    }

    /// Returns the custom fields as they were described.
    pub(crate) fn custom_descriptions(&self) -> &Map<String, Value> {
        &self.custom_descriptions
    }
}

/// The spec reads text: an answer, or a file that contains one.
fn read(descriptions: &Map<String, Value>) -> Result<Schema, StartError> {
    let text = Value::Object(descriptions.clone()).to_string();
    Schema::read(&text).map_err(|error| StartError::new(error.to_string()))
}

/// Returns the map of descriptions in an answer of `GET /v1/{entity}/fields`: it is the `data`, or
/// the `fields` inside (grade O), or the whole value.
pub(crate) fn map_of_fields(answer: Value) -> Option<Map<String, Value>> {
    let inside = |answer: Value, key: &str| match answer {
        Value::Object(mut map) if map.get(key).is_some_and(is_map_of_maps) => {
            map.remove(key).unwrap_or_default()
        }
        other => other,
    };
    match inside(inside(answer, "data"), "fields") {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

fn is_map_of_maps(value: &Value) -> bool {
    let map = value.as_object();
    map.is_some_and(|map| map.values().all(Value::is_object))
}

fn check(entity: EntityPath, name: &str, description: &Value) -> Result<(), StartError> {
    let path = entity.path();
    if description.get("type").and_then(Value::as_str).is_none() {
        let message = format!("the description of the field `{name}` of {path} has no `type`");
        return Err(StartError::new(message));
    }
    match read_user_field_name(name) {
        Some(UserFieldName::Meant(wire)) => Err(StartError::new(format!(
            "the field `{name}` of {path} must have its wire name: use `{wire}`"
        ))),
        Some(UserFieldName::Malformed) => Err(StartError::new(format!(
            "the field `{name}` of {path} does not have the wire name of a user field, such as `ufCrmNote`"
        ))),
        _ => Ok(()),
    }
}
