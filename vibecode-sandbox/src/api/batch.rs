//! Batch requests (`POST /v1/batch` is grade D, its answer C; the answer of `POST
//! /v1/{entity}/batch` is not known and gets the same shape here).

use std::collections::HashSet;

use serde_json::{Map, Value, json};
use vibecode_spec::Entity;

use super::{
    WriteReport,
    operation::{Operation, Success},
    order,
};
use crate::{
    faults::{BatchFaults, CallFault},
    keys::Key,
    portal::{Portal, quirks::EmptyMaps},
    wire::{Access, Action, Failure},
};

/// The maximum number of calls in a batch (grade D).
const MAX_CALLS: usize = 50;
/// The maximum length of a call's id, in characters (grade D).
const MAX_ID_LENGTH: usize = 64;
/// The maximum number of items in a batch of one entity (grade D; 50 was reported too).
const MAX_ITEMS: usize = 500;

/// The calls of a batch, each of which may be invalid on its own.
#[derive(Debug)]
pub(crate) struct Batch {
    calls: Vec<BatchCall>,
}

#[derive(Debug)]
struct BatchCall {
    id: String,
    operation: Result<Operation, Failure>,
}

impl Batch {
    /// Reads `{"calls":[{"id","entity","action","entityId","params"}]}`.
    pub(crate) fn of_calls(body: &Map<String, Value>) -> Result<Self, Failure> {
        let calls = list(body, "calls", MAX_CALLS)?.iter();
        let calls = calls.map(BatchCall::parse);
        Self::new(calls.collect::<Result<_, _>>()?)
    }

    /// Reads `{"action":"update","items":[{"id",…}]}`, or `{"action":"delete","ids":[…]}`.
    pub(crate) fn of_items(entity: Entity, body: &Map<String, Value>) -> Result<Self, Failure> {
        let action = body.get("action").and_then(Value::as_str);
        let action = action.and_then(Action::from_name);
        let action = action.filter(|action| action.access() == Access::Write);
        let Some(action) = action else {
            return Err(Failure::invalid_params(
                "`action` must be create, update or delete",
            ));
        };
        let name = if action == Action::Delete {
            "ids"
        } else {
            "items"
        };
        let items = list(body, name, MAX_ITEMS)?.iter().enumerate();
        let items = items.map(|(index, item)| BatchCall::of_item(index, item, action, entity));
        Self::new(items.collect::<Result<_, _>>()?)
    }

    fn new(calls: Vec<BatchCall>) -> Result<Self, Failure> {
        let mut ids = HashSet::new();
        if calls.iter().all(|call| ids.insert(&call.id)) {
            return Ok(Self { calls });
        }
        Err(Failure::invalid_params(
            "Two calls or items have the same id",
        ))
    }

    /// Carries out the calls one after the other; one that fails does not stop the others (grade
    /// D).
    pub(crate) fn run(self, key: &Key, portal: &mut Portal, faults: &BatchFaults) -> Success {
        let (mut results, mut errors) = (Map::new(), Map::new());
        let mut report = WriteReport::default();
        let total = self.calls.len();
        let carried_out = faults.carried_out.unwrap_or(total);
        for (index, call) in self.calls.into_iter().enumerate().take(carried_out) {
            let fault = faults.of_call(index);
            if fault.is_none_or(CallFault::applies) {
                match call.run(key, portal, &mut report) {
                    Ok(data) => results.insert(call.id.clone(), data),
                    Err(failure) => errors.insert(call.id.clone(), failure.error()),
                };
            }
            if let Some(fault) = fault {
                results.remove(&call.id);
                errors.remove(&call.id);
                let failure = fault.failure();
                errors.extend(failure.map(|failure| (call.id, failure.error())));
            }
        }
        let (succeeded, failed) = (results.len(), errors.len());
        let map = |map: Map<String, Value>| match portal.quirks.empty_maps {
            EmptyMaps::AsLists if map.is_empty() => json!([]),
            _ => map.into(),
        };
        let meta = json!({ "total": total, "succeeded": succeeded, "failed": failed });
        let data = [
            ("results", map(results)),
            ("errors", map(errors)),
            ("meta", meta),
        ];
        let data = data.into_iter().map(|(key, value)| (key.to_owned(), value));
        Success {
            report,
            ..Success::of_read(data.collect())
        }
    }
}

impl BatchCall {
    /// A problem with the entity, the action or the parameters is the call's own error. A missing
    /// `entityId` fails the whole batch (grade D), and so does a bad id of the call.
    fn parse(call: &Value) -> Result<Self, Failure> {
        let text = |key| call.get(key).and_then(Value::as_str).unwrap_or_default();
        let id = text("id");
        if id.is_empty() || id.chars().count() > MAX_ID_LENGTH {
            let message =
                format!("The id of a call must be a string of 1 to {MAX_ID_LENGTH} characters");
            return Err(Failure::invalid_params(message));
        }
        let (entity, action) = (
            Entity::from_path(text("entity")),
            Action::from_name(text("action")),
        );
        let record = match action {
            Some(action) => record_id(action, call.get("entityId"))?,
            None => None,
        };
        let operation = match (entity, action, params(call)) {
            (None, ..) => Err(not_one_of(
                "entity",
                Entity::ALL.iter().map(|each| each.path()),
            )),
            (_, None, _) => Err(not_one_of(
                "action",
                Action::ALL.iter().map(|each| each.name()),
            )),
            (.., None) => Err(Failure::invalid_params("`params` must be an object")),
            (Some(entity), Some(action), Some(input)) => Ok(Operation {
                action,
                entity,
                id: record,
                order: order::of_params(&input),
                input,
            }),
        };
        Ok(Self {
            id: id.to_owned(),
            operation,
        })
    }

    /// An item has the id of its record, which is also the key of its result. The key of a new
    /// record is its position.
    fn of_item(
        index: usize,
        item: &Value,
        action: Action,
        entity: Entity,
    ) -> Result<Self, Failure> {
        let (record, mut input) = match item {
            Value::Object(item) => (item.get("id"), item.clone()),
            id if action == Action::Delete => (Some(id), Map::new()),
            _ => return Err(Failure::invalid_params("An item must be an object")),
        };
        let id = record_id(action, record)?;
        input.remove("id");
        let operation = Operation {
            action,
            entity,
            id,
            order: order::of_params(&input),
            input,
        };
        Ok(Self {
            id: id.map_or_else(|| index.to_string(), |id| id.to_string()),
            operation: Ok(operation),
        })
    }

    /// Returns the data of the call's answer.
    fn run(
        &self,
        key: &Key,
        portal: &mut Portal,
        report: &mut WriteReport,
    ) -> Result<Value, Failure> {
        let operation = self.operation.as_ref().map_err(Clone::clone)?;
        key.check_access(operation.action.access())?;
        let success = operation.run(portal)?;
        if success.report.applied {
            report.applied = true;
            report.applied_calls.push(self.id.clone());
        }
        let dropped = success.report.dropped.iter();
        let dropped = dropped.map(|key| format!("{}.{key}", self.id));
        report.dropped.extend(dropped);
        Ok(success.data)
    }
}

fn list<'a>(
    body: &'a Map<String, Value>,
    name: &str,
    limit: usize,
) -> Result<&'a [Value], Failure> {
    match body.get(name).and_then(Value::as_array) {
        None => Err(Failure::invalid_request(format!(
            "`{name}` must be an array"
        ))),
        Some(list) if list.is_empty() => Err(Failure::invalid_request(format!(
            "`{name}` must not be empty"
        ))),
        Some(list) if list.len() > limit => {
            let message = format!("`{name}` must not have more than {limit} elements");
            Err(Failure::new("BATCH_LIMIT_EXCEEDED", message))
        }
        Some(list) => Ok(list),
    }
}

fn not_one_of(key: &str, known: impl Iterator<Item = &'static str>) -> Failure {
    let known: Vec<_> = known.collect();
    Failure::invalid_params(format!("`{key}` must be one of {}", known.join(", ")))
}

/// Returns the id of the record that the action needs, given as a number or as text; `None` if it
/// needs none, or if the given value is not an id.
fn record_id(action: Action, id: Option<&Value>) -> Result<Option<u64>, Failure> {
    match id {
        _ if !action.needs_id() => Ok(None),
        None | Some(Value::Null) => {
            let message = "The id of the record is missing";
            Err(Failure::new("MISSING_ENTITY_ID", message))
        }
        Some(Value::String(text)) => Ok(text.parse().ok()),
        Some(other) => Ok(other.as_u64()),
    }
}

fn params(call: &Value) -> Option<Map<String, Value>> {
    call.get("params")
        .cloned()
        .map_or(Some(Map::new()), into_map)
}

/// PHP's empty array is an empty map too.
fn into_map(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        Value::Null => Some(Map::new()),
        Value::Array(values) if values.is_empty() => Some(Map::new()),
        _ => None,
    }
}
