//! The description of a field in `GET /v1/{entity}/fields`: in the API's own vocabulary (grade O,
//! [`Vocabulary::Api`]) or in that of the layer underneath (grade B).

use serde_json::{Map, Value, json};
use vibecode_spec::{Field, Kind, Reference};

use super::Fields;
use crate::portal::quirks::Vocabulary;

/// The keys of the layer underneath that the API's vocabulary has other names for, or none.
const NATIVE_KEYS: &[&str] = &[
    "isRequired",
    "isReadOnly",
    "isImmutable",
    "isMultiple",
    "isDynamic",
    "title",
    "upperName",
    "listLabel",
    "formLabel",
    "items",
];

/// Returns the description of every field, by wire name.
pub(crate) fn describe(fields: &Fields, vocabulary: Vocabulary) -> Value {
    let given = |field: &Field| fields.custom_descriptions().get(&field.name);
    let described: Vec<(&Field, Value)> = match vocabulary {
        Vocabulary::Api => {
            let all = fields.built_in().chain(fields.custom());
            all.map(|field| (field, in_api_vocabulary(field, given(field))))
                .collect()
        }
        Vocabulary::Native => {
            let built_in = fields
                .built_in()
                .map(|field| (field, Value::Object(built_in(field))));
            let custom = fields
                .custom()
                .map(|field| (field, custom(field, given(field))));
            built_in.chain(custom).collect()
        }
    };
    let by_name = |name_of: fn(&Field) -> String| {
        let named = described.iter();
        named.map(move |(field, description)| (name_of(field), description.clone()))
    };
    let mut all: Map<String, Value> = by_name(|field| field.name.clone()).collect();
    if fields.are_listed_twice() {
        all.extend(by_name(upper_name));
    }
    match vocabulary {
        Vocabulary::Api => json!({ "fields": all }),
        Vocabulary::Native => all.into(),
    }
}

/// `{type, label, readonly?, multiple?, required?, enum?}`. That a user field of several values has
/// `multiple`, and the form of `enum`, are assumed.
fn in_api_vocabulary(field: &Field, given: Option<&Value>) -> Value {
    let label = field.title.clone().unwrap_or_else(|| field.name.clone());
    let mut description = Map::new();
    description.insert("type".to_owned(), api_type_name(field).into());
    description.insert("label".to_owned(), label.into());
    for (key, flag) in [
        ("readonly", field.read_only),
        ("required", field.required),
        ("immutable", field.immutable),
        ("multiple", field.multiple),
    ] {
        if flag {
            description.insert(key.to_owned(), true.into());
        }
    }
    if !field.items.is_empty() {
        let options = field.items.iter().map(|item| {
            let id = item
                .number()
                .map_or_else(|| item.id.clone().into(), Value::from);
            json!({ "id": id, "value": item.label })
        });
        description.insert("enum".to_owned(), options.collect());
    }
    // What else a test gave, such as `settings`.
    for (key, value) in given.and_then(Value::as_object).into_iter().flatten() {
        if !NATIVE_KEYS.contains(&&**key) && !description.contains_key(key) {
            description.insert(key.clone(), value.clone());
        }
    }
    Value::Object(description)
}

/// A reference and an id are a `number`; a built-in field of several values is an `array`. A user
/// field has the name of its type.
fn api_type_name(field: &Field) -> &str {
    match &field.kind {
        kind if field.is_user_field() => kind.name(),
        Kind::Multifield(_) => "multifield",
        Kind::Unknown(name) if name == "crm_multifield" => "multifield",
        _ if field.multiple => "array",
        Kind::Integer | Kind::Reference(_) => "number",
        Kind::DateOrDateTime => "datetime",
        kind => kind.name(),
    }
}

fn built_in(field: &Field) -> Map<String, Value> {
    let upper_name = upper_snake(&field.name);
    let title = field.title.clone().unwrap_or_else(|| upper_name.clone());
    let description = [
        ("type", Value::from(type_name(&field.kind))),
        ("isRequired", field.required.into()),
        ("isReadOnly", field.read_only.into()),
        ("isImmutable", field.immutable.into()),
        ("isMultiple", field.multiple.into()),
        ("isDynamic", false.into()),
        ("title", title.into()),
        ("upperName", upper_name.into()),
    ];
    let description = description.into_iter();
    description
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// Returns the given description unchanged, with missing keys filled in.
fn custom(field: &Field, given: Option<&Value>) -> Value {
    let mut description = built_in(field);
    let upper_name = json!(upper_name(field));
    description.insert("isDynamic".to_owned(), true.into());
    description.insert("title".to_owned(), upper_name.clone());
    description.insert("upperName".to_owned(), upper_name);
    if let Some(Value::Object(given)) = given {
        description.extend(given.clone());
    }
    Value::Object(description)
}

/// Returns the name of the type in the layer underneath.
fn type_name(kind: &Kind) -> &str {
    match kind {
        Kind::Multifield(_) => "crm_multifield",
        Kind::Reference(Reference::User) => "user",
        Kind::DateOrDateTime => "date",
        other => other.name(),
    }
}

/// `ufCrm_1721244707107` → `UF_CRM_1721244707107`
pub(crate) fn upper_name(field: &Field) -> String {
    if let Some(given) = &field.upper_name {
        return given.clone();
    }
    match field.name.strip_prefix("ufCrm_") {
        Some(rest) => format!("UF_CRM_{rest}"),
        None => upper_snake(&field.name),
    }
}

/// `companyId` → `COMPANY_ID`, `ufCrm6WorkVisa` → `UF_CRM_6_WORK_VISA`
fn upper_snake(name: &str) -> String {
    let mut upper = String::with_capacity(name.len() + 8);
    let mut previous = '_';
    for letter in name.chars() {
        let number_begins = letter.is_ascii_digit() && !previous.is_ascii_digit();
        if previous != '_' && (letter.is_ascii_uppercase() || number_begins) {
            upper.push('_');
        }
        upper.push(letter.to_ascii_uppercase());
        previous = letter;
    }
    upper
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upper_name_leads_back_to_the_wire_name() {
        for wire in [
            "ufCrmInvSumIssued",
            "ufCrm2_1639669411830",
            "ufCrm6WorkVisa",
            "ufCrm_1721244707107",
            "ufCrm_694BF2A975BD0",
        ] {
            let field = Field::read(wire, &json!({"type": "string"})).unwrap();
            let back = vibecode_spec::user_field_wire_name(&upper_name(&field));
            assert_eq!(back.as_deref(), Some(wire));
        }
        assert_eq!(upper_snake("assignedById"), "ASSIGNED_BY_ID");
    }
}
