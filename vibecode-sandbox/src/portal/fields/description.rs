//! The description of a field in `GET /v1/{entity}/fields` (its shape is grade B).

use serde_json::{Map, Value, json};
use vibecode_spec::{Field, Kind, Reference};

use super::Fields;

/// Returns the description of every field, by wire name.
pub(crate) fn describe(fields: &Fields) -> Value {
    let built_in = fields
        .built_in()
        .map(|field| (field.name.clone(), Value::Object(built_in(field))));
    let custom = fields.custom().map(|field| {
        let given = fields.custom_descriptions().get(&field.name);
        (field.name.clone(), custom(field, given))
    });
    let mut all: Map<String, Value> = built_in.chain(custom).collect();
    if fields.are_listed_twice() {
        let twice = fields.built_in().chain(fields.custom());
        let twice: Vec<_> = twice
            .filter_map(|field| Some((upper_name(field), all.get(&field.name)?.clone())))
            .collect();
        all.extend(twice);
    }
    Value::Object(all)
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
