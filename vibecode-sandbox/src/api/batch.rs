//! Batch requests (`POST /v1/batch` is grade D, its answer O, with a `meta` of grade C; the answer
//! of `POST /v1/{entity}/batch` is not known and gets the same shape here).

use std::collections::HashSet;

use serde_json::{Map, Value, json};
use vibecode_spec::{Entity, EntityPath};

use super::{
    WriteReport, catalogues,
    list_input::ListInput,
    operation::{Input, Operation, Success},
    order,
};
use crate::{
    faults::{BatchFaults, CallFault},
    keys::Key,
    portal::{Portal, quirks::EmptyMaps},
    wire::{Access, Action, Catalogue, Failure},
};

/// The maximum number of calls in a batch (grade D).
const MAX_CALLS: usize = 50;
/// The maximum length of a call's id, in characters (grade D).
const MAX_ID_LENGTH: usize = 64;
/// The maximum number of items in a batch of one entity (grade D; 50 was reported too).
const MAX_ITEMS: usize = 500;

/// What a batch calls smart processes.
const ITEMS: &str = "items";

/// The calls of a batch, each of which may be invalid on its own.
#[derive(Debug)]
pub(crate) struct Batch {
    calls: Vec<BatchCall>,
}

#[derive(Debug)]
struct BatchCall {
    id: String,
    operation: Result<BatchOperation, Failure>,
}

#[derive(Debug)]
enum BatchOperation {
    OnRecords(Operation),
    One(Catalogue, String),
    List(Catalogue, ListInput),
}

impl Batch {
    /// Reads `{"calls":[{"id","entity","action","entityId","params"}]}`.
    pub(crate) fn of_calls(body: &Map<String, Value>) -> Result<Self, Failure> {
        let calls = list(body, "calls", MAX_CALLS)?.iter().enumerate();
        let calls = calls.map(|(index, call)| BatchCall::parse(index, call));
        Self::new(calls.collect::<Result<_, _>>()?)
    }

    /// Reads `{"action":"update","items":[{"id",…}]}`, or `{"action":"delete","ids":[…]}` (grade D).
    /// The form of a list, a get and of fields is not documented: a list has its query in the body
    /// or one in each item, a get has `ids` or `items`, and fields have neither.
    pub(crate) fn of_items(entity: EntityPath, body: &Map<String, Value>) -> Result<Self, Failure> {
        let action = body.get("action").and_then(Value::as_str);
        let Some(action) = action.and_then(Action::from_name) else {
            return Err(not_one_of(
                "action",
                Action::ALL.iter().map(|each| each.name()),
            ));
        };
        let name = match action {
            Action::Delete => "ids",
            Action::Get if !body.contains_key("items") => "ids",
            Action::List | Action::Search | Action::Fields if !body.contains_key("items") => {
                let mut query = body.clone();
                query.remove("action");
                let call = BatchCall::of_item(0, &query.into(), action, entity)?;
                return Self::new(vec![call]);
            }
            _ => "items",
        };
        let items = list(body, name, MAX_ITEMS)?.iter().enumerate();
        let items = items.map(|(index, item)| BatchCall::of_item(index, item, action, entity));
        Self::new(items.collect::<Result<_, _>>()?)
    }

    /// Returns the access that a batch of one entity needs: an unknown action needs as much as a
    /// write.
    pub(crate) fn access_of_items(body: &Map<String, Value>) -> Access {
        let action = body.get("action").and_then(Value::as_str);
        let action = action.and_then(Action::from_name);
        action.map_or(Access::Write, Action::access)
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
        let (mut results, mut errors, mut metas) = (Map::new(), Map::new(), Map::new());
        let mut report = WriteReport::default();
        let total = self.calls.len();
        let carried_out = faults.carried_out.unwrap_or(total);
        for (index, call) in self.calls.into_iter().enumerate().take(carried_out) {
            let fault = faults.of_call(index);
            if fault.is_none_or(CallFault::applies) {
                match call.run(key, portal, &mut report) {
                    Ok((data, meta)) => {
                        results.insert(call.id.clone(), data);
                        metas.extend(meta.map(|meta| (call.id.clone(), meta)));
                    }
                    Err(failure) => {
                        errors.insert(call.id.clone(), failure.error());
                    }
                }
            }
            if let Some(fault) = fault {
                results.remove(&call.id);
                errors.remove(&call.id);
                metas.remove(&call.id);
                let failure = fault.failure();
                errors.extend(failure.map(|failure| (call.id, failure.error())));
            }
        }
        let (succeeded, failed) = (results.len(), errors.len());
        let map = |map: Map<String, Value>| match portal.quirks.empty_maps {
            EmptyMaps::AsLists if map.is_empty() => json!([]),
            _ => map.into(),
        };
        let summary = json!({ "total": total, "succeeded": succeeded, "failed": failed });
        let data = [
            ("results", map(results)),
            ("errors", map(errors)),
            ("summary", summary),
            ("meta", map(metas)),
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
    /// `entityId` fails the whole batch (grade D), and so does a bad id of the call. A call without
    /// an id has its index as its id (grade D).
    fn parse(index: usize, call: &Value) -> Result<Self, Failure> {
        if !call.is_object() {
            return Err(Failure::invalid_params("A call must be an object"));
        }
        let text = |key| call.get(key).and_then(Value::as_str).unwrap_or_default();
        let id = match call.get("id") {
            None | Some(Value::Null) => index.to_string(),
            Some(id) => id.as_str().unwrap_or_default().to_owned(),
        };
        if id.is_empty() || id.chars().count() > MAX_ID_LENGTH {
            let message =
                format!("The id of a call must be a string of 1 to {MAX_ID_LENGTH} characters");
            return Err(Failure::invalid_params(message));
        }
        let action = Action::from_name(text("action"));
        let entity_id = match action {
            Some(action) => entity_id(action, call.get("entityId"))?,
            None => None,
        };
        let operation = BatchOperation::of_call(text("entity"), action, entity_id, params(call));
        Ok(Self { id, operation })
    }

    /// An item has the id of its record, which is also the key of its result. The key of a new
    /// record is its position.
    fn of_item(
        index: usize,
        item: &Value,
        action: Action,
        entity: EntityPath,
    ) -> Result<Self, Failure> {
        let (record, mut input) = match item {
            Value::Object(item) => (item.get("id"), item.clone()),
            id if action == Action::Delete || action == Action::Get => (Some(id), Map::new()),
            _ => return Err(Failure::invalid_params("An item must be an object")),
        };
        let id = entity_id(action, record)?.and_then(number);
        input.remove("id");
        let operation = Operation {
            action,
            entity,
            id,
            input: input_of(action, input)?,
        };
        Ok(Self {
            id: id.map_or_else(|| index.to_string(), |id| id.to_string()),
            operation: Ok(BatchOperation::OnRecords(operation)),
        })
    }

    /// Returns the data of the call's answer, and for a list what `data.meta` says of it.
    fn run(
        &self,
        key: &Key,
        portal: &mut Portal,
        report: &mut WriteReport,
    ) -> Result<(Value, Option<Value>), Failure> {
        let success = match self.operation.as_ref().map_err(Clone::clone)? {
            BatchOperation::OnRecords(operation) => {
                key.check_access(operation.action.access())?;
                operation.run(portal)?
            }
            BatchOperation::One(catalogue, id) => catalogues::one(*catalogue, id, portal)?,
            BatchOperation::List(catalogue, input) => catalogues::list(*catalogue, input, portal)?,
        };
        if success.report.applied {
            report.applied = true;
            report.applied_calls.push(self.id.clone());
        }
        let dropped = success.report.dropped.iter();
        let dropped = dropped.map(|key| format!("{}.{key}", self.id));
        report.dropped.extend(dropped);
        let meta = success.meta.map(|meta| {
            let has_more = meta.get("hasMore").cloned().unwrap_or_default();
            json!({ "truncated": false, "hasMore": has_more })
        });
        Ok((success.data, meta))
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

impl BatchOperation {
    /// A smart process is `items`, with its `entityTypeId` inside the parameters (grade D).
    fn of_call(
        entity: &str,
        action: Option<Action>,
        id: Option<&Value>,
        params: Option<Map<String, Value>>,
    ) -> Result<Self, Failure> {
        let Some(mut params) = params else {
            return Err(Failure::invalid_params("`params` must be an object"));
        };
        let Some(action) = action else {
            return Err(not_one_of(
                "action",
                Action::ALL.iter().map(|each| each.name()),
            ));
        };
        if let Some(catalogue) = Catalogue::from_path(entity) {
            return Self::of_catalogue(catalogue, action, id, params);
        }
        let entity = match entity {
            ITEMS => {
                let number = params.remove("entityTypeId").as_ref().and_then(number);
                let number = number.and_then(|number| u32::try_from(number).ok());
                number.map(EntityPath::Items).ok_or_else(|| {
                    Failure::invalid_params("`params` of items must have an `entityTypeId`")
                })?
            }
            entity => Entity::from_path(entity)
                .map(EntityPath::Entity)
                .ok_or_else(|| {
                    let known = Entity::ALL.iter().map(|each| each.path());
                    not_one_of("entity", known.chain([ITEMS]))
                })?,
        };
        Ok(Self::OnRecords(Operation {
            action,
            entity,
            id: id.and_then(number),
            input: input_of(action, params)?,
        }))
    }

    fn of_catalogue(
        catalogue: Catalogue,
        action: Action,
        id: Option<&Value>,
        params: Map<String, Value>,
    ) -> Result<Self, Failure> {
        match action {
            Action::List => Ok(Self::List(catalogue, ListInput::of_params(params)?)),
            Action::Search => {
                let order = order::of_params(&params);
                Ok(Self::List(catalogue, ListInput::of_search(params, order)))
            }
            Action::Get => {
                let id = match id {
                    Some(Value::String(id)) => id.clone(),
                    other => other.map(Value::to_string).unwrap_or_default(),
                };
                Ok(Self::One(catalogue, id))
            }
            Action::Create | Action::Update | Action::Delete | Action::Fields => {
                let path = catalogue.path();
                let message = format!("The sandbox can only list and get {path}");
                Err(Failure::invalid_params(message))
            }
        }
    }
}

fn input_of(action: Action, given: Map<String, Value>) -> Result<Input, Failure> {
    Ok(match action {
        Action::List => Input::List(ListInput::of_params(given)?),
        Action::Search => {
            let order = order::of_params(&given);
            Input::List(ListInput::of_search(given, order))
        }
        Action::Create | Action::Update => Input::Record(given),
        Action::Get | Action::Delete | Action::Fields => Input::None,
    })
}

/// Returns the id that the action needs; `None` if it needs none.
fn entity_id(action: Action, id: Option<&Value>) -> Result<Option<&Value>, Failure> {
    match id {
        _ if !action.needs_id() => Ok(None),
        None | Some(Value::Null) => {
            let message = "The id of the record is missing";
            Err(Failure::new("MISSING_ENTITY_ID", message))
        }
        given => Ok(given),
    }
}

/// Returns an id or a number that is given as such or as text.
fn number(given: &Value) -> Option<u64> {
    match given {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
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
