//! What `GET /v1/userfields/{entity}` says of a field: upper case, "Y" and "N", numbers as strings
//! (graded D; which keys there are is graded B).

use serde_json::{Map, Value, json};
use vibecode_spec::{Entity, Field};

use crate::{field_description, fields::Fields};

/// The definition of every user field.
pub(crate) fn define(entity: Entity, fields: &Fields) -> Value {
    let fields = fields.own().enumerate();
    fields
        .map(|(index, field)| definition(entity, index + 1, field))
        .collect()
}

fn definition(entity: Entity, id: usize, field: &Field) -> Value {
    let mut definition = Map::new();
    for (key, value) in [
        ("ID", id.to_string()),
        (
            "ENTITY_ID",
            format!("CRM_{}", entity.singular().to_uppercase()),
        ),
        ("FIELD_NAME", field_description::upper_name(field)),
        ("USER_TYPE_ID", field.kind.name().to_owned()),
        ("SORT", (id * 100).to_string()),
        ("MULTIPLE", flag(field.multiple)),
        ("MANDATORY", flag(false)),
        ("EDIT_FORM_LABEL", field.title.clone().unwrap_or_default()),
    ] {
        definition.insert(key.to_owned(), value.into());
    }
    if !field.items.is_empty() {
        let items = field.items.iter();
        let items = items.map(|item| json!({ "ID": item.id, "VALUE": item.label }));
        definition.insert("LIST".to_owned(), items.collect());
    }
    Value::Object(definition)
}

fn flag(set: bool) -> String {
    if set { "Y" } else { "N" }.to_owned()
}
