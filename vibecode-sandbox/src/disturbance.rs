//! How a fault changes a request and its answer.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use crate::{
    Fault,
    answer::Answer,
    call::Call,
    ending::{Close, Ending, Late},
    envelope,
    fault::Effect,
    raw_answer,
    reply::Reply,
    respond::{carry_out, finish},
    route::Route,
    service::Service,
};

const GARBAGE: &[u8] = b"{\"success\":tru\xff\x00,,";

pub(crate) async fn reply(
    fault: Fault,
    call: Arc<Call>,
    serial: usize,
    service: &Service,
) -> Reply {
    service.log.hit(serial, fault.clone());
    let proper = match call.route() {
        Ok(route) if route.can_write() && !fault.applies => stand_in(route),
        _ => carry_out(&call, serial, service, &fault.batch_faults()),
    };
    match fault.effect {
        Effect::Close(close) => return unanswered(Ending::closing(close), serial, service),
        Effect::DropAfterCalls(_) => {
            return unanswered(Ending::closing(Close::Properly), serial, service);
        }
        Effect::Late(delay) => {
            let late = Late {
                delay,
                call,
                serial,
            };
            let ending = Ending::closing(Close::Properly).and_later(late);
            return unanswered(ending, serial, service);
        }
        Effect::Delay(delay) => sleep(delay).await,
        _ => {}
    }
    let answer = altered(&fault.effect, proper);
    let answer = finish(answer, &call, serial, service);
    broken(&fault.effect, &answer).map_or(Reply::Answer(answer), Reply::Ending)
}

fn unanswered(ending: Ending, serial: usize, service: &Service) -> Reply {
    service.log.abandoned(serial);
    Reply::Ending(ending)
}

/// Returns the answer to a write that was not carried out, if the answer has to be a success.
fn stand_in(route: Route) -> Answer {
    let data = match route {
        Route::Entity(_, _, id) => json!({ "id": id.unwrap_or(1) }),
        _ => json!({ "results": {}, "errors": {} }),
    };
    Answer::json(StatusCode::OK, &envelope::success(data, None))
}

/// Returns the answer that is sent instead of the proper one.
fn altered(effect: &Effect, proper: Answer) -> Answer {
    match effect {
        Effect::Fail(failure) => Answer::failure(failure),
        Effect::FailUnder200(failure) => Answer {
            status: StatusCode::OK,
            ..Answer::failure(failure)
        },
        Effect::Page(status) => page(*status),
        Effect::NoContent => Answer::empty(StatusCode::NO_CONTENT),
        Effect::Garbage => Answer {
            body: GARBAGE.into(),
            ..proper
        },
        Effect::AnotherRecord => about_another(proper),
        _ => proper,
    }
}

/// Returns how the connection ends if the answer is not sent properly.
fn broken(effect: &Effect, answer: &Answer) -> Option<Ending> {
    match effect {
        Effect::Trickle(pause) => {
            Some(Ending::sending(raw_answer::in_morsels(answer)).with_pause(*pause))
        }
        Effect::CutOff => Some(Ending::sending(raw_answer::cut_off(answer))),
        Effect::CutOffChunked => Some(Ending::sending(raw_answer::cut_off_chunked(answer))),
        Effect::Oversized => Some(Ending::sending(raw_answer::oversized(answer))),
        _ => None,
    }
}

fn page(status: StatusCode) -> Answer {
    let html = format!("<html><head><title>{status}</title></head><body>{status}</body></html>");
    Answer::empty(status).with_body("text/html; charset=utf-8", html)
}

/// Changes the answer so that it is about the next record, in a batch for every call. An answer
/// that is about no record stays the same.
fn about_another(mut answer: Answer) -> Answer {
    if let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) {
        let results = body.pointer_mut("/data/results");
        let results = results.and_then(Value::as_object_mut);
        for result in results.into_iter().flat_map(Map::values_mut) {
            next_id(result);
        }
        body.get_mut("data").map(next_id);
        answer.body = body.to_string().into();
    }
    answer
}

fn next_id(record: &mut Value) {
    if let Some(id) = record.get_mut("id") {
        *id = id.as_u64().map_or(1, |id| id + 1).into();
    }
}
