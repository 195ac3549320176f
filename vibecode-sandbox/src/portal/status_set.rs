//! Which status set a field takes its codes from (grade B).

use serde_json::{Map, Value};
use vibecode_spec::{Entity, EntityPath, Field, Kind};

use super::{record::Record, update::Rules};

/// The set of the deal stages of pipeline 0. That of another has its id as a suffix.
const DEAL_STAGES: &str = "DEAL_STAGE";

/// The field of a deal with its pipeline.
const PIPELINE: &str = "categoryId";

/// Returns false if the field takes its codes from a set of the portal and the value has another.
pub(crate) fn has_codes(
    field: &Field,
    value: &Value,
    body: &Map<String, Value>,
    record: &Record,
    rules: &Rules<'_>,
) -> bool {
    let Some(set) = set_of(field, body, record, rules) else {
        return true;
    };
    let is_known = |code: &Value| {
        code.as_str()
            .is_none_or(|code| rules.catalogues.has_status(&set, code))
    };
    match value {
        Value::Array(codes) => codes.iter().all(is_known),
        code => is_known(code),
    }
}

fn set_of(
    field: &Field,
    body: &Map<String, Value>,
    record: &Record,
    rules: &Rules<'_>,
) -> Option<String> {
    if field.kind != Kind::Status {
        return None;
    }
    if field.is_user_field() {
        let description = rules.fields.custom_descriptions().get(&field.name)?;
        let set = description.get("settings")?.get("ENTITY_TYPE")?;
        return set.as_str().map(str::to_owned);
    }
    let EntityPath::Entity(entity) = rules.entity else {
        return None;
    };
    match set_of_built_in(entity, &field.name)? {
        DEAL_STAGES => {
            let pipeline = body.get(PIPELINE).or_else(|| record.values.get(PIPELINE));
            Some(deal_stages(pipeline))
        }
        set => Some(set.to_owned()),
    }
}

/// Returns the set of a built-in field. For the stage of a deal it is that of pipeline 0.
fn set_of_built_in(entity: Entity, field: &str) -> Option<&'static str> {
    match (entity, field) {
        (Entity::Deals, "stageId") => Some(DEAL_STAGES),
        (Entity::Leads, "stageId") => Some("STATUS"),
        (Entity::Contacts, "typeId") => Some("CONTACT_TYPE"),
        (Entity::Companies, "typeId") => Some("COMPANY_TYPE"),
        (Entity::Deals, "typeId") => Some("DEAL_TYPE"),
        (_, "sourceId") => Some("SOURCE"),
        (_, "honorific") => Some("HONORIFIC"),
        (_, "industry") => Some("INDUSTRY"),
        (_, "employees") => Some("EMPLOYEES"),
        _ => None,
    }
}

fn deal_stages(pipeline: Option<&Value>) -> String {
    let pipeline = match pipeline {
        Some(Value::String(text)) => text.parse().ok(),
        other => other.and_then(Value::as_u64),
    };
    match pipeline.unwrap_or(0) {
        0 => DEAL_STAGES.to_owned(),
        pipeline => format!("{DEAL_STAGES}_{pipeline}"),
    }
}
