//! From a request to its answer: the key, the route, the key's rights, the body, the record.

use serde_json::{Map, Value};

use crate::{
    action::Action,
    answer::Answer,
    batch::Batch,
    call::Call,
    call_fault::BatchFaults,
    effects::Effects,
    envelope::{self, Failure},
    key::Access,
    me,
    operation::{Done, Operation},
    order, query,
    route::Route,
    service::Service,
};

/// Carries a request out and logs its effects.
pub(crate) fn carry_out(
    call: &Call,
    serial: usize,
    service: &Service,
    faults: &BatchFaults,
) -> Answer {
    let (answer, effects) = match respond(call, service, faults) {
        Ok(done) => {
            let body = envelope::success(done.data, done.meta);
            (Answer::json(done.status, &body), done.effects)
        }
        Err(failure) => (Answer::failure(&failure), Effects::default()),
    };
    service.log.carried_out(serial, effects);
    answer
}

/// Completes an answer for sending and logs it.
pub(crate) fn finish(mut answer: Answer, call: &Call, serial: usize, service: &Service) -> Answer {
    if let Some(key) = service.keys().recognise(&call.headers) {
        service.limits().describe(key, &mut answer.headers);
    }
    service.log.answered(serial, &answer);
    answer
}

fn respond(call: &Call, service: &Service, faults: &BatchFaults) -> Result<Done, Failure> {
    let keys = service.keys();
    let key = keys.authenticate(&call.headers)?;
    let route = call.route()?;
    let mut portal = service.portal();
    match route {
        Route::Me => Ok(Done::read(me::describe(key))),
        Route::UserFields(entity) => {
            key.check_access(Access::Read)?;
            Ok(Done::read(portal.user_fields(entity)?))
        }
        Route::Entity(action, entity, id) => {
            key.check_access(action.access())?;
            let input = match action {
                Action::List => query::of_url(call.uri.query()),
                Action::Create | Action::Update | Action::Search => read_body(&call.body)?,
                Action::Get | Action::Delete | Action::Fields => Map::new(),
            };
            let order = match action {
                Action::List => order::of_url(call.uri.query()),
                Action::Search => order::of_body(&call.body),
                _ => Vec::new(),
            };
            let operation = Operation {
                action,
                entity,
                id,
                input,
                order,
            };
            operation.run(&mut portal)
        }
        // The access of each call is checked later.
        Route::Batch => {
            key.check_access(Access::Read)?;
            let batch = Batch::of_calls(&read_body(&call.body)?)?;
            Ok(batch.run(key, &mut portal, faults))
        }
        Route::EntityBatch(entity) => {
            key.check_access(Access::Write)?;
            let batch = Batch::of_items(entity, &read_body(&call.body)?)?;
            Ok(batch.run(key, &mut portal, faults))
        }
    }
}

fn read_body(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => Err(Failure::invalid_request("The body is no JSON object")),
        Err(_) => Err(Failure::invalid_request("The body is not JSON")),
    }
}
