//! Requests that read: a record, a list, a search, the fields of an entity.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::{World, answer::Answer, dice::Dice, http::Request, life, show};

/// The answer to a request that reads.
pub(super) fn read(world: &World, request: &Request, index: usize, dice: &mut Dice) -> Answer {
    let path = request.path.as_str();
    if path == "me" {
        return Answer::data(200, &life::me());
    }
    if path.ends_with("/fields") {
        return Answer::data(
            200,
            &json!({"fields": {"id": {"type": "number", "readonly": true, "label": "ID"}}}),
        );
    }
    if let Some(entity) = path.strip_suffix("/search") {
        return listed(world, entity, &request.body, index);
    }
    if let Some((entity, id)) = life::target(path).filter(|(entity, _)| entity != "items") {
        let shown = record(world, &entity, id, dice);
        return shown.map_or_else(
            || Answer::error(404, "ENTITY_NOT_FOUND"),
            |shown| Answer::data(200, &shown),
        );
    }
    listed(world, path, &params(&request.query), index)
}

/// Returns a record as this read shows it.
pub(super) fn record(world: &World, entity: &str, id: u64, dice: &mut Dice) -> Option<Value> {
    let shape = *dice.weighted(&world.rules().shapes);
    let age = life::age(world, dice);
    let at = world.now().saturating_sub(age);
    let state = world.state();
    // If the record did not exist yet at the shown time, its first state is shown.
    let snapshot = state.portal.at(entity, id, at)?;
    let mut shown = show::record(entity, id, snapshot, shape);
    if let (Some(hidden), Value::Object(shown)) = (world.rules().hides, &mut shown) {
        shown.remove(hidden);
    }
    Some(shown)
}

/// The query of a list in the form of a search's body.
fn params(query: &[(String, String)]) -> Value {
    let mut params = Map::new();
    let (mut filter, mut order) = (Map::new(), Map::new());
    for (name, value) in query {
        let inner = |of: &str| {
            name.strip_prefix(of)
                .and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']'))
        };
        if let Some(field) = inner("filter") {
            filter.insert(field.to_owned(), json!(value));
        } else if let Some(field) = inner("order") {
            order.insert(field.to_owned(), json!(value));
        } else if name == "filter" {
            if let Ok(Value::Object(whole)) = serde_json::from_str(value) {
                filter.extend(whole);
            }
        } else if name == "limit" || name == "offset" {
            params.insert(name.clone(), json!(value.parse::<u64>().unwrap_or(0)));
        }
    }
    params.insert("filter".into(), Value::Object(filter));
    params.insert("order".into(), Value::Object(order));
    Value::Object(params)
}

fn listed(world: &World, entity: &str, params: &Value, index: usize) -> Answer {
    let (rows, total, more) = page(world, entity, params, index as u64);
    let rules = &world.rules().lists;
    let exact = rows
        .as_array()
        .is_some_and(|rows| Some(rows.len() as u64) == limit(params));
    let data = shaped(world, rows);
    let mut body = json!({"success": true, "data": data});
    if !rules.no_meta {
        body["meta"] = if rules.wrong_meta {
            json!({"total": 0, "hasMore": more || exact})
        } else {
            json!({"total": total, "hasMore": more})
        };
    }
    Answer::json(200, &body)
}

fn shaped(world: &World, rows: Value) -> Value {
    let rules = &world.rules().lists;
    match rows {
        Value::Array(mut rows) if rows.len() == 1 && rules.lone_row => rows.remove(0),
        Value::Array(rows) if rules.keyed && !rows.is_empty() => rows
            .into_iter()
            .enumerate()
            .map(|(n, row)| ((n * 2).to_string(), row))
            .collect(),
        rows => rows,
    }
}

fn limit(params: &Value) -> Option<u64> {
    params.get("limit").and_then(Value::as_u64)
}

/// A page: its rows, the total number of rows, and whether there are more.
pub(super) fn page(
    world: &World,
    entity: &str,
    params: &Value,
    index: u64,
) -> (Value, usize, bool) {
    let rules = &world.rules().lists;
    let mut rows: Vec<Value> = {
        let state = world.state();
        state
            .portal
            .all(entity)
            .map(|(id, snapshot)| show::record(entity, id, snapshot, show::Shape::List))
            .collect()
    };
    let filter = params.get("filter").and_then(Value::as_object);
    rows.retain(|row| {
        filter
            .into_iter()
            .flatten()
            .all(|(key, condition)| meets(row, key, condition))
    });
    let order = params
        .get("order")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    if rules.unstable {
        let mut dice = world.dice(7_000_000 + index);
        for last in (1..rows.len()).rev() {
            rows.swap(last, dice.below(last + 1));
        }
    }
    rows.sort_by(|one, other| {
        // The id comes last, wherever it was requested, since a JSON object has no order.
        let fields = order.iter().filter(|(field, _)| *field != "id");
        let fields = fields.chain(order.iter().filter(|(field, _)| *field == "id"));
        let mut by = fields.map(|(field, direction)| {
            let ordering = compared(&one[field], &other[field]);
            if direction == "desc" {
                ordering.reverse()
            } else {
                ordering
            }
        });
        by.find(|ordering| ordering.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    let total = rows.len();
    let offset = params
        .get("offset")
        .and_then(Value::as_u64)
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(0);
    let offset = if rules.ignores_offset { 0 } else { offset };
    let asked = limit(params)
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(50)
        .min(5000);
    let size = rules.page_cap.map_or(asked, |cap| cap.min(asked));
    let more = offset + size < total;
    (
        rows.into_iter().skip(offset).take(size).collect(),
        total,
        more,
    )
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn compared(one: &Value, other: &Value) -> Ordering {
    match (plain(one).parse::<f64>(), plain(other).parse::<f64>()) {
        (Ok(one), Ok(other)) => one.total_cmp(&other),
        _ => plain(one).cmp(&plain(other)),
    }
}

fn meets(row: &Value, key: &str, condition: &Value) -> bool {
    let name = key.trim_start_matches(['>', '<', '=', '!', '%']);
    let value = &row[name];
    let prefix = &key[..key.len() - name.len()];
    match (prefix, condition) {
        ("", Value::Object(operators)) => operators
            .iter()
            .all(|(operator, operand)| holds(value, operator, operand)),
        ("" | "=", operand) => holds(value, "$eq", operand),
        (">=", operand) => holds(value, "$gte", operand),
        (">", operand) => holds(value, "$gt", operand),
        ("<=", operand) => holds(value, "$lte", operand),
        ("<", operand) => holds(value, "$lt", operand),
        ("!" | "!=", operand) => holds(value, "$ne", operand),
        ("%", operand) => holds(value, "$contains", operand),
        _ => false,
    }
}

fn holds(value: &Value, operator: &str, operand: &Value) -> bool {
    let among = || {
        operand
            .as_array()
            .is_some_and(|all| all.iter().any(|one| compared(value, one).is_eq()))
    };
    match operator {
        "$eq" if operand.is_array() => among(),
        "$eq" => compared(value, operand).is_eq(),
        "$ne" => compared(value, operand).is_ne(),
        "$gt" => compared(value, operand).is_gt(),
        "$gte" => compared(value, operand).is_ge(),
        "$lt" => compared(value, operand).is_lt(),
        "$lte" => compared(value, operand).is_le(),
        "$contains" => plain(value).contains(&plain(operand)),
        "$in" => among(),
        "$nin" => !among(),
        _ => false,
    }
}
