//! `POST /v1/{entity}/aggregate` (grade O: one recorded answer of `count`, in groups).

use serde_json::{Map, Value, json};
use vibecode_spec::{Entity, EntityPath, Kind};

use super::{fields::Fields, record::Record};
use crate::wire::Failure;

/// What can be grouped by on deals (grade O). Of the other entities it is not known.
const OF_DEALS: &[&str] = &[
    "amount",
    "stageId",
    "stageSemanticId",
    "categoryId",
    "assignedById",
    "sourceId",
];

/// The only operation whose answer is known.
const COUNT: &str = "count";

/// The fields to group by.
#[derive(Debug)]
pub(crate) struct Grouping {
    by: Vec<String>,
}

impl Grouping {
    /// Reads `{"op":"count","groupBy":["stageId"]}`.
    pub(crate) fn parse(input: &Map<String, Value>) -> Result<Self, Failure> {
        match input.get("op") {
            None | Some(Value::Null) => {}
            Some(op) if op == COUNT => {}
            Some(_) => {
                let message = format!("The sandbox knows no operation but {COUNT}");
                return Err(Failure::new("INVALID_AGGREGATION_OP", message));
            }
        }
        let by = match input.get("groupBy") {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(Value::String(field)) => Some(vec![field.clone()]),
            Some(Value::Array(fields)) => fields
                .iter()
                .map(|field| field.as_str().map(str::to_owned))
                .collect(),
            Some(_) => None,
        };
        let by = by.ok_or_else(|| Failure::invalid_params("`groupBy` must be a list of fields"))?;
        Ok(Self { by })
    }
}

/// Counts the first `limit` records, and those with the same values in the fields to group by.
pub(crate) fn count(
    entity: EntityPath,
    records: &[&Record],
    limit: usize,
    grouping: &Grouping,
    fields: &Fields,
) -> Result<Value, Failure> {
    let available = available(entity, fields);
    if let Some(field) = grouping.by.iter().find(|by| !available.contains(by)) {
        return Err(Failure::invalid_params(format!(
            "groupBy field '{field}' is not aggregatable on this entity. Available: {}.",
            available.join(", ")
        )));
    }
    let processed = records.get(..limit).unwrap_or(records);
    let mut groups: Vec<(Map<String, Value>, u64)> = Vec::new();
    for record in processed.iter().filter(|_| !grouping.by.is_empty()) {
        let values = grouping.by.iter().filter_map(|by| {
            let value = record.search_value(fields.get(by)?, fields);
            Some((by.clone(), value))
        });
        let values: Map<String, Value> = values.collect();
        match groups.iter_mut().find(|(group, _)| *group == values) {
            Some((_, count)) => *count += 1,
            None => groups.push((values, 1)),
        }
    }
    let total = groups.len();
    let groups = groups.into_iter().map(|(mut group, count)| {
        group.insert("count".to_owned(), count.into());
        group.insert("aggregates".to_owned(), json!({}));
        Value::Object(group)
    });
    Ok(json!({
        "count": processed.len(),
        "aggregates": {},
        "groups": groups.collect::<Vec<_>>(),
        "meta": {
            "totalRecords": records.len(),
            "recordsProcessed": processed.len(),
            "truncated": processed.len() < records.len(),
            "groupTotal": total,
            "groupsTruncated": false,
        },
    }))
}

fn available(entity: EntityPath, fields: &Fields) -> Vec<String> {
    if entity == EntityPath::Entity(Entity::Deals) {
        return OF_DEALS.iter().map(|&name| name.to_owned()).collect();
    }
    let fits = |kind: &Kind| matches!(kind, Kind::Status | Kind::Reference(_) | Kind::Double);
    let all = fields.built_in().chain(fields.custom());
    all.filter(|field| fits(&field.kind) && !field.multiple)
        .map(|field| field.name.clone())
        .collect()
}
