//! The answer of `GET /v1/userfields/{entity}` for a field: keys in camelCase, its upper-case name,
//! "Y" and "N", labels by language (grade D; that the options of a list are under `list` is
//! assumed).

use serde_json::{Map, Value, json};
use vibecode_spec::{EntityPath, Field};

use super::{Fields, description};

pub(crate) fn define(entity: EntityPath, fields: &Fields) -> Vec<Value> {
    let user_fields = fields.custom().filter(|field| field.is_user_field());
    user_fields
        .map(|field| definition(entity, fields, field))
        .collect()
}

pub(crate) fn definition(entity: EntityPath, fields: &Fields, field: &Field) -> Value {
    let id = fields.definition_id(field);
    let entity_id = match entity {
        EntityPath::Entity(entity) => entity.user_field_entity().map_or_else(
            || format!("CRM_{}", entity.singular().to_uppercase()),
            str::to_owned,
        ),
        EntityPath::Items(number) => format!("CRM_{number}"),
    };
    let mut definition = Map::new();
    for (key, value) in [
        ("id", json!(id)),
        ("entityId", entity_id.into()),
        ("fieldName", description::upper_name(field).into()),
        ("userTypeId", field.kind.name().into()),
        ("sort", (id * 100).to_string().into()),
        ("multiple", flag(field.multiple)),
        ("mandatory", flag(field.required)),
        (
            "editFormLabel",
            json!({ "ru": field.title.clone().unwrap_or_default() }),
        ),
    ] {
        definition.insert(key.to_owned(), value);
    }
    if !field.items.is_empty() {
        let items = field.items.iter();
        let items = items.map(|item| json!({ "ID": item.id, "VALUE": item.label }));
        definition.insert("list".to_owned(), items.collect());
    }
    Value::Object(definition)
}

fn flag(set: bool) -> Value {
    if set { "Y" } else { "N" }.into()
}
