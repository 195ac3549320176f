//! The answer of `GET /v1/userfields/{entity}` for a field: keys in camelCase, its upper-case name,
//! "Y" and "N", labels by language (grade D; that the options of a list are under `list` is
//! assumed).

use serde_json::{Map, Value, json};
use vibecode_spec::{Entity, Field};

use super::{Fields, description};

pub(crate) fn define(entity: Entity, fields: &Fields) -> Value {
    let fields = fields.custom().filter(|field| field.is_user_field());
    fields
        .enumerate()
        .map(|(index, field)| definition(entity, index + 1, field))
        .collect()
}

fn definition(entity: Entity, id: usize, field: &Field) -> Value {
    let mut definition = Map::new();
    for (key, value) in [
        ("id", json!(id)),
        (
            "entityId",
            format!("CRM_{}", entity.singular().to_uppercase()).into(),
        ),
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
