//! Completes the descriptions of user fields from `GET /v1/userfields/{entity}` (api.md, grade D):
//! keys in camelCase, or as a fallback in upper case; "Y" and "N"; numbers as strings; labels as
//! text or by language.

use serde_json::{Map, Value, json};
use vibecode_spec::{
    Descriptions, Entity, EntityPath, Kind, LABEL_KEYS, UserFieldName, label_of, one_line,
    read_user_field_name, text_of,
};

const NAME: [&str; 2] = ["fieldName", "FIELD_NAME"];
const ENTITY: [&str; 2] = ["entityId", "ENTITY_ID"];
const LABELS: [[&str; 2]; 3] = [
    ["editFormLabel", "EDIT_FORM_LABEL"],
    ["listColumnLabel", "LIST_COLUMN_LABEL"],
    ["listFilterLabel", "LIST_FILTER_LABEL"],
];

/// Returns the definitions in a saved answer. `None` if the file is anything else.
pub(super) fn saved(bytes: &[u8]) -> Option<Value> {
    let mut answer: Value = serde_json::from_str(text_of(bytes).ok()?).ok()?;
    let rows = match answer.get_mut("data") {
        Some(data) => data.take(),
        None => answer,
    };
    let is_definition = |row: &Value| key(row, NAME).is_some_and(Value::is_string);
    let has_definitions = rows.as_array()?.iter().any(is_definition);
    has_definitions.then_some(rows)
}

/// Completes the descriptions of user fields. Existing entries stay, except for a type that the
/// API's own vocabulary does not define precisely. Returns the problems with definitions that cannot be read.
pub(super) fn complete(
    descriptions: &mut Descriptions,
    definitions: &Value,
    entity: EntityPath,
) -> Vec<String> {
    let Some(rows) = rows(definitions) else {
        return vec!["the answer is not a list".to_owned()];
    };
    let mut problems = Vec::new();
    for row in rows {
        match name(row, entity) {
            Ok(name) => {
                let field = descriptions.fields.entry(name).or_insert_with(|| json!({}));
                if let Some(field) = field.as_object_mut() {
                    complete_field(field, row);
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    problems
}

/// Returns the rows of an answer: a list, a list with gaps, which PHP writes as a map, or a single
/// row.
fn rows(definitions: &Value) -> Option<Vec<&Value>> {
    match definitions {
        Value::Array(rows) => Some(rows.iter().collect()),
        Value::Object(row) if key(definitions, NAME).is_some() || row.is_empty() => {
            Some(vec![definitions; usize::from(!row.is_empty())])
        }
        Value::Object(rows) => rows
            .values()
            .all(Value::is_object)
            .then(|| rows.values().collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Returns the wire name of the defined field.
fn name(row: &Value, entity: EntityPath) -> Result<String, String> {
    let name = key(row, NAME).and_then(Value::as_str);
    let name = name.ok_or("a definition has no name")?;
    let stated = key(row, ENTITY).and_then(Value::as_str);
    if let Some(stated) = stated.filter(|stated| !may_be_of(stated, entity)) {
        let other = Entity::ALL.iter().find(|each| is_of(stated, **each));
        let other = other.map_or_else(|| format!("`{}`", one_line(stated)), |it| it.path().into());
        return Err(format!(
            "`{}` is a field of {other}, not of {}",
            one_line(name),
            entity.path()
        ));
    }
    match read_user_field_name(name) {
        Some(UserFieldName::Wire) => Ok(name.to_owned()),
        Some(UserFieldName::Meant(wire)) => Ok(wire),
        _ => Err(format!(
            "`{}` is not the name of a user field",
            one_line(name)
        )),
    }
}

/// Returns true if the `entityId` of a definition can be this entity's. That of a smart process is not
/// known from its path, and those of some entities are not known, but it is not that of any other.
fn may_be_of(stated: &str, entity: EntityPath) -> bool {
    match entity {
        EntityPath::Entity(entity) if entity.user_field_entity().is_some() => is_of(stated, entity),
        EntityPath::Entity(_) | EntityPath::Items(_) => {
            !Entity::ALL.iter().any(|each| is_of(stated, *each))
        }
    }
}

/// Returns true if this is the known `entityId` of an entity's user fields.
fn is_of(stated: &str, entity: Entity) -> bool {
    entity.user_field_entity() == Some(stated)
}

fn complete_field(field: &mut Map<String, Value>, row: &Value) {
    if let Some(type_name) = key(row, ["userTypeId", "USER_TYPE_ID"]).and_then(Value::as_str)
        && is_open(field.get("type"))
        && !type_name.is_empty()
    {
        field.insert("type".to_owned(), type_name.into());
    }
    let upper = key(row, NAME).cloned();
    let label = LABELS.iter().find_map(|keys| label_of(key(row, *keys)?));
    let mut own = LABEL_KEYS
        .iter()
        .filter_map(|key| label_of(field.get(*key)?));
    // The API answers the upper-case name as the label of a field that has none.
    let has_label = own.any(|own| upper.as_ref().and_then(Value::as_str) != Some(&own));
    for (name, value) in [
        ("isMultiple", flag(key(row, ["multiple", "MULTIPLE"]))),
        ("isRequired", flag(key(row, ["mandatory", "MANDATORY"]))),
        ("isDynamic", Some(json!(true))),
        ("formLabel", label.filter(|_| !has_label).map(Value::from)),
        ("upperName", upper),
        ("items", key(row, ["list", "LIST"]).cloned()),
        ("settings", key(row, ["settings", "SETTINGS"]).cloned()),
    ] {
        let is_stated = field.get(name).is_some_and(|own| !is_empty(own));
        if let Some(value) = value.filter(|value| !is_stated && !is_empty(value)) {
            field.insert(name.to_owned(), value);
        }
    }
}

/// Returns true if the definition's type is more precise: the API's own vocabulary has one `number`
/// and one `text` for many kinds of user fields.
fn is_open(type_name: Option<&Value>) -> bool {
    let type_name = type_name.and_then(Value::as_str).unwrap_or_default();
    matches!(
        Kind::from_name(type_name),
        None | Some(Kind::Number | Kind::Text)
    )
}

/// Reads "Y" and "N" as booleans. Anything else is left to the reader of descriptions, which
/// refuses it.
fn flag(flag: Option<&Value>) -> Option<Value> {
    Some(match flag?.as_str() {
        Some("Y") => json!(true),
        Some("N") => json!(false),
        _ => flag?.clone(),
    })
}

fn key<'v>(row: &'v Value, spellings: [&str; 2]) -> Option<&'v Value> {
    let mut found = spellings.iter().filter_map(|spelling| row.get(spelling));
    found.find(|value| !is_empty(value))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTACTS: EntityPath = EntityPath::Entity(Entity::Contacts);

    fn described(fields: &Value) -> Descriptions {
        Descriptions::of_answer(fields).unwrap()
    }

    #[test]
    fn a_definition_adds_what_a_description_lacks_and_changes_nothing() {
        let own = json!({"ufCrm_1": {"type": "enumeration", "title": "Own"}});
        for definitions in [
            json!([
                {"FIELD_NAME": "UF_CRM_1", "USER_TYPE_ID": "string", "MULTIPLE": "Y",
                 "EDIT_FORM_LABEL": "Other", "LIST": [{"ID": "81", "VALUE": "Gold"}]},
                {"FIELD_NAME": "UF_CRM_INV_SUM", "USER_TYPE_ID": "double", "MULTIPLE": "N",
                 "EDIT_FORM_LABEL": "Sum"},
            ]),
            json!({
                "0": {"fieldName": "UF_CRM_1", "userTypeId": "string", "multiple": "Y",
                      "editFormLabel": {"ru": "Other"}, "list": [{"ID": "81", "VALUE": "Gold"}]},
                "4": {"fieldName": "UF_CRM_INV_SUM", "userTypeId": "double", "multiple": "N",
                      "editFormLabel": {"en": "Sum", "ru": "Сумма"}},
            }),
        ] {
            let mut descriptions = described(&own);
            let problems = complete(&mut descriptions, &definitions, CONTACTS);
            assert!(problems.is_empty(), "{problems:?}");
            let schema = descriptions.schema().unwrap();
            let one = schema.field("ufCrm_1").unwrap();
            assert_eq!(
                (one.kind.name(), one.title.as_deref()),
                ("enumeration", Some("Own"))
            );
            assert!(one.multiple);
            assert_eq!(one.items[0].label, "Gold");
            let sum = schema.field("ufCrmInvSum").unwrap();
            assert_eq!(
                (sum.kind.name(), sum.title.as_deref()),
                ("double", Some("Sum"))
            );
            assert_eq!(schema.fields().count(), 2);
        }
    }

    #[test]
    fn a_type_that_the_apis_vocabulary_leaves_open_is_the_definitions() {
        let own = json!({
            "ufCrm_1": {"type": "number", "label": "UF_CRM_1"},
            "ufCrm_2": {"type": "array", "label": "Own"},
        });
        let mut descriptions = described(&own);
        let definitions = json!([
            {"fieldName": "UF_CRM_1", "userTypeId": "enumeration", "editFormLabel": "Tier",
             "list": {"1": {"ID": "81", "VALUE": "Gold"}}},
            {"fieldName": "UF_CRM_2", "userTypeId": "employee", "multiple": "Y",
             "editFormLabel": "Other"},
        ]);
        assert!(complete(&mut descriptions, &definitions, CONTACTS).is_empty());
        let schema = descriptions.schema().unwrap();
        let tier = schema.field("ufCrm_1").unwrap();
        assert_eq!(
            (tier.kind.name(), tier.title.as_deref()),
            ("enumeration", Some("Tier"))
        );
        assert_eq!(tier.items[0].id, "81");
        let curators = schema.field("ufCrm_2").unwrap();
        assert_eq!(
            (curators.kind.name(), curators.title.as_deref()),
            ("employee", Some("Own"))
        );
    }

    #[test]
    fn a_definition_that_cannot_be_read_is_named() {
        let definitions = json!([
            {"fieldName": "SOMETHING"},
            {"userTypeId": "string"},
            {"fieldName": "UF_CRM_1", "entityId": "CRM_DEAL"},
            {"fieldName": "UF_CRM_2", "entityId": "CRM_CONTACT"},
            {"fieldName": "UF_CRM_5_1", "entityId": "CRM_5"},
        ]);
        let mut descriptions = Descriptions::default();
        let problems = complete(&mut descriptions, &definitions, CONTACTS);
        assert_eq!(
            problems,
            [
                "`SOMETHING` is not the name of a user field",
                "a definition has no name",
                "`UF_CRM_1` is a field of deals, not of contacts",
                "`UF_CRM_5_1` is a field of `CRM_5`, not of contacts",
            ]
        );
        assert_eq!(descriptions.fields.len(), 1);
        let problems = complete(&mut descriptions, &definitions, EntityPath::Items(1040));
        assert_eq!(
            problems[2..],
            [
                "`UF_CRM_1` is a field of deals, not of items/1040",
                "`UF_CRM_2` is a field of contacts, not of items/1040",
            ]
        );
        let invoices = EntityPath::Entity(Entity::Invoices);
        let problems = complete(&mut descriptions, &definitions, invoices);
        assert_eq!(problems.len(), 4, "{problems:?}");
        let problems = complete(&mut descriptions, &json!("none"), CONTACTS);
        assert_eq!(problems.len(), 1);
        for none in [json!([]), json!({})] {
            assert!(complete(&mut descriptions, &none, CONTACTS).is_empty());
        }
    }
}
