//! A request from its arrival to its reply: the log, the limits, the faults, the answer.

use std::sync::Arc;

use crate::{
    answer::Answer,
    call::Call,
    call_fault::BatchFaults,
    disturbance,
    envelope::Failure,
    reply::Reply,
    respond::{carry_out, finish},
    service::Service,
};

pub(crate) async fn reply(call: Call, service: &Service) -> Reply {
    let call = Arc::new(call);
    let serial = service.log.open(Arc::clone(&call));
    // A limit counts every request that arrives, whatever its outcome.
    if let Err(refusal) = take(&call, service) {
        let answer = finish(Answer::failure(&refusal), &call, serial, service);
        return Reply::Answer(answer);
    }
    let fault = service.plan().claim(&call);
    if let Some(fault) = fault {
        return disturbance::reply(fault, call, serial, service).await;
    }
    let answer = carry_out(&call, serial, service, &BatchFaults::default());
    Reply::Answer(finish(answer, &call, serial, service))
}

/// Checks the limits of the key, then those of the portal.
fn take(call: &Call, service: &Service) -> Result<(), Failure> {
    if let Some(key) = service.keys().recognise(&call.headers) {
        service.limits().take(key)?;
    }
    match call.route() {
        Ok(route) if route.is_of_entity() => service.limits().pass(),
        _ => Ok(()),
    }
}
