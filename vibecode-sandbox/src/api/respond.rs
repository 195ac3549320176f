//! From a request to its answer: the key, the route, the key's rights, the body, the record.

use serde_json::{Map, Value};

use super::{
    WriteReport,
    batch::Batch,
    me,
    operation::{Operation, Success},
    order, url_query,
};
use crate::{
    faults::BatchFaults,
    keys::Keyring,
    portal::Portal,
    wire::{Access, Action, Answer, Failure, Request, Route, envelope},
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
    match request.route()? {
        Route::Me => Ok(Success::of_read(me::describe(key))),
        Route::UserFields(entity) => {
            key.check_access(Access::Read)?;
            Ok(Success::of_read(portal.user_fields(entity)?))
        }
        Route::Entity(action, entity, id) => {
            key.check_access(action.access())?;
            let input = match action {
                Action::List => url_query::of_url(request.uri.query()),
                Action::Create | Action::Update | Action::Search => parse_body(&request.body)?,
                Action::Get | Action::Delete | Action::Fields => Map::new(),
            };
            let order = match action {
                Action::List => order::of_url(request.uri.query()),
                Action::Search => order::of_body(&request.body),
                _ => Vec::new(),
            };
            let operation = Operation {
                action,
                entity,
                id,
                input,
                order,
            };
            operation.run(portal)
        }
        // The access of each call is checked later.
        Route::Batch => {
            key.check_access(Access::Read)?;
            let batch = Batch::of_calls(&parse_body(&request.body)?)?;
            Ok(batch.run(key, portal, faults))
        }
        Route::EntityBatch(entity) => {
            key.check_access(Access::Write)?;
            let batch = Batch::of_items(entity, &parse_body(&request.body)?)?;
            Ok(batch.run(key, portal, faults))
        }
    }
}

fn parse_body(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => Err(Failure::invalid_request("The body must be a JSON object")),
        Err(_) => Err(Failure::invalid_request("The body is not valid JSON")),
    }
}
