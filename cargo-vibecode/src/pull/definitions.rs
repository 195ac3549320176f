//! What `GET /v1/userfields/{entity}` adds to what is known of a user field: upper case, "Y" and
//! "N", numbers as strings (api.md, grade D).

use serde_json::{Map, Value, json};
use vibecode_spec::user_field_wire_name;

/// Completes the descriptions of user fields. What they say themselves stays.
pub(super) fn complete(fields: &mut Map<String, Value>, definitions: &Value) {
    for definition in definitions.as_array().into_iter().flatten() {
        let name = definition
            .get("FIELD_NAME")
            .and_then(Value::as_str)
            .and_then(user_field_wire_name);
        let Some(name) = name else { continue };
        let field = fields.entry(name).or_insert_with(|| json!({}));
        let Some(field) = field.as_object_mut() else {
            continue;
        };
        for (key, value) in described(definition) {
            let is_told = field.get(key).is_some_and(|told| !is_empty(told));
            if !is_told {
                field.insert(key.to_owned(), value);
            }
        }
    }
}

/// A definition in the words of a description.
fn described(definition: &Value) -> Vec<(&'static str, Value)> {
    let text = |key: &str| {
        definition
            .get(key)
            .filter(|value| !is_empty(value))
            .cloned()
    };
    let flag = |key: &str| Some(json!(text(key)? == json!("Y")));
    let described = [
        ("type", text("USER_TYPE_ID")),
        ("isMultiple", flag("MULTIPLE")),
        ("isRequired", flag("MANDATORY")),
        ("isDynamic", Some(json!(true))),
        ("title", text("EDIT_FORM_LABEL")),
        ("upperName", text("FIELD_NAME")),
        ("items", definition.get("LIST").cloned()),
        ("settings", definition.get("SETTINGS").cloned()),
    ];
    let told = described.into_iter();
    told.filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_adds_what_a_description_lacks_and_changes_nothing() {
        let mut fields = Map::new();
        fields.insert(
            "ufCrm_1".to_owned(),
            json!({"type": "enumeration", "title": "Own"}),
        );
        let definitions = json!([
            {"FIELD_NAME": "UF_CRM_1", "USER_TYPE_ID": "string", "MULTIPLE": "Y",
             "EDIT_FORM_LABEL": "Other", "LIST": [{"ID": "81", "VALUE": "Gold"}]},
            {"FIELD_NAME": "UF_CRM_INV_SUM", "USER_TYPE_ID": "double", "MULTIPLE": "N"},
            {"FIELD_NAME": "SOMETHING"},
        ]);
        complete(&mut fields, &definitions);
        let one = &fields["ufCrm_1"];
        assert_eq!(
            (&one["type"], &one["title"]),
            (&json!("enumeration"), &json!("Own"))
        );
        assert_eq!(one["isMultiple"], json!(true));
        assert_eq!(one["items"][0]["VALUE"], "Gold");
        assert_eq!(fields["ufCrmInvSum"]["type"], "double");
        assert_eq!(fields.len(), 2);
    }
}
