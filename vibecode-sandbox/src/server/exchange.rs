//! A request from its arrival to the delivery of its answer: the log, the limits, the faults, the
//! API.

use std::sync::Arc;

use serde_json::Value;
use tokio::time::sleep;
use vibecode_spec::EntityPath;

use super::{
    Service,
    ending::{Delivery, Ending, LateRequest},
};
use crate::{
    faults::{BatchFaults, Close, Effect, Fault, stand_in},
    wire::{Action, Answer, Failure, Request, Route, envelope},
};

/// Logs a request, carries it out and returns what its connection does next.
pub(crate) async fn exchange(request: Request, service: &Service) -> Delivery {
    let request = Arc::new(request);
    let serial = service.log.add(Arc::clone(&request));
    // A limit counts every request that arrives, whatever its outcome.
    if let Err(refusal) = count(&request, service) {
        let answer = Answer::failure(&refusal);
        return Delivery::Answer(service.finish(answer, &request, serial));
    }
    let fault = service.plan().claim(&request);
    if let Some(fault) = fault {
        return faulty(fault, request, serial, service).await;
    }
    let answer = service.carry_out(&request, serial, &BatchFaults::default());
    Delivery::Answer(service.finish(answer, &request, serial))
}

/// Counts the request for the limit of its key, then for the limit of the portal, or refuses it.
fn count(request: &Request, service: &Service) -> Result<(), Failure> {
    if let Some(key) = service.keys().recognise(&request.headers) {
        service.limits().count_for_key(key)?;
    }
    match request.route() {
        Ok(route) if route.is_of_entity() => service.limits().count_for_portal(),
        _ => Ok(()),
    }
}

/// Carries the request out, unless the fault prevents it, and delivers what the fault leaves of the
/// answer.
async fn faulty(fault: Fault, request: Arc<Request>, serial: usize, service: &Service) -> Delivery {
    service.log.set_fault(serial, fault.clone());
    let answer = match request.route() {
        Ok(route) if route.can_write() && !fault.applies => stand_in(route),
        _ => service.carry_out(&request, serial, &fault.batch_faults()),
    };
    match fault.effect {
        Effect::Close(close) => return unanswered(Ending::closing(close), serial, service),
        Effect::DropAfterCalls(_) => {
            return unanswered(Ending::closing(Close::Properly), serial, service);
        }
        Effect::Late(delay) => {
            let late = LateRequest {
                delay,
                request,
                serial,
            };
            let ending = Ending::closing(Close::Properly).and_later(late);
            return unanswered(ending, serial, service);
        }
        Effect::Delay(delay) => sleep(delay).await,
        _ => {}
    }
    let earlier = match (&fault.effect, request.route()) {
        (Effect::AnotherRecord, Ok(Route::Entity(Action::Create, entity, _))) => {
            about_earlier_record(&answer, entity, service)
        }
        _ => None,
    };
    let answer = earlier.unwrap_or_else(|| fault.effect.altered(answer));
    let answer = service.finish(answer, &request, serial);
    match fault.effect.pieces(&answer) {
        Some((pieces, pause)) => Delivery::Ending(Ending::sending(pieces, pause)),
        None => Delivery::Answer(answer),
    }
}

/// Returns the answer to a creation, but about the record before the new one, if there is any.
fn about_earlier_record(answer: &Answer, entity: EntityPath, service: &Service) -> Option<Answer> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let new = body.pointer("/data/id")?.as_u64()?;
    let portal = service.portal();
    let earlier = (1..new).rev().find_map(|id| portal.record(entity, id))?;
    let body = envelope::success(earlier, None);
    Some(Answer::json(answer.status, &body))
}

fn unanswered(ending: Ending, serial: usize, service: &Service) -> Delivery {
    service.log.set_unanswered(serial);
    Delivery::Ending(ending)
}
