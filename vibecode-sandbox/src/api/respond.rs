//! From a request to its answer: the key, the route, the key's rights, the body, the record.

use serde_json::{Map, Value, json};

use super::{
    WriteReport,
    batch::Batch,
    catalogues,
    list_input::ListInput,
    me,
    operation::{Input, Operation, Success},
    order,
};
use crate::{
    faults::BatchFaults,
    keys::Keyring,
    portal::{
        Portal,
        aggregate::Grouping,
        list::query::{MAX_LIMIT, Query},
    },
    wire::{Access, Action, Answer, Failure, Lookup, Request, Route, envelope},
};

/// Carries a request out on the portal, and returns its answer and what it changed.
pub(crate) fn respond(
    request: &Request,
    keys: &Keyring,
    portal: &mut Portal,
    faults: &BatchFaults,
) -> (Answer, WriteReport) {
    match carry_out(request, keys, portal, faults) {
        Ok(success) => {
            let body = envelope::success(success.data, success.meta);
            (Answer::json(success.status, &body), success.report)
        }
        Err(failure) => (Answer::failure(&failure), WriteReport::default()),
    }
}

fn carry_out(
    request: &Request,
    keys: &Keyring,
    portal: &mut Portal,
    faults: &BatchFaults,
) -> Result<Success, Failure> {
    let key = keys.authenticate(&request.headers)?;
    let url = &request.uri;
    match request.route()? {
        Route::Me => Ok(Success::of_read(me::describe(key, portal))),
        Route::Guide => Ok(Success::of_read(me::guide(portal))),
        Route::UserFields(entity) => {
            key.check_access(Access::Read)?;
            let definitions = portal.user_fields(entity)?;
            let meta = json!({ "total": definitions.len() });
            Ok(Success::of_list(definitions.into(), meta, &[]))
        }
        Route::NewUserField(entity) => {
            key.check_access(Access::Write)?;
            let (data, dropped) = portal.create_user_field(entity, &parse_body(&request.body)?)?;
            Ok(Success::of_creation(data, dropped))
        }
        Route::Entity(action, entity, id) => {
            key.check_access(action.access())?;
            let input = match action {
                Action::List => Input::List(ListInput::of_url(url.query())?),
                Action::Search => Input::List(search(request)?),
                Action::Create | Action::Update => Input::Record(parse_body(&request.body)?),
                Action::Get | Action::Delete | Action::Fields => Input::None,
            };
            let operation = Operation {
                action,
                entity,
                id,
                input,
            };
            operation.run(portal)
        }
        Route::Aggregate(entity) => {
            key.check_access(Access::Read)?;
            let mut body = parse_body(&request.body)?;
            let grouping = Grouping::parse(&body)?;
            // Without a limit all records are counted, as far as a list may be long.
            body.entry("limit").or_insert_with(|| MAX_LIMIT.into());
            let query = Query::parse(&body, &Vec::new())?;
            Ok(Success::of_read(
                portal.aggregate(entity, &query, &grouping)?,
            ))
        }
        Route::Catalogue(catalogue, lookup) => {
            key.check_access(Access::Read)?;
            match lookup {
                Lookup::List => {
                    catalogues::list(catalogue, &ListInput::of_url(url.query())?, portal)
                }
                Lookup::Search => catalogues::list(catalogue, &search(request)?, portal),
                Lookup::One => {
                    let id = url.path().rsplit('/').next().unwrap_or_default();
                    catalogues::one(catalogue, id, portal)
                }
            }
        }
        // The access of each call is checked later.
        Route::Batch => {
            key.check_access(Access::Read)?;
            let batch = Batch::of_calls(&parse_body(&request.body)?)?;
            Ok(batch.run(key, portal, faults))
        }
        Route::EntityBatch(entity) => {
            let body = parse_body(&request.body)?;
            let access = Batch::access_of_items(&body);
            key.check_access(access)?;
            Ok(Batch::of_items(entity, &body)?.run(key, portal, faults))
        }
    }
}

fn search(request: &Request) -> Result<ListInput, Failure> {
    let body = parse_body(&request.body)?;
    Ok(ListInput::of_search(body, order::of_body(&request.body)))
}

fn parse_body(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => Err(Failure::invalid_request("The body must be a JSON object")),
        Err(_) => Err(Failure::invalid_request("The body is not valid JSON")),
    }
}
