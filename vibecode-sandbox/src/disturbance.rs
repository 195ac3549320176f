//! What a fault makes of a request.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    Fault,
    answer::Answer,
    ending::{Close, Ending, Late},
    envelope,
    exchange::{self, Reply},
    fault::Effect,
    raw_answer,
    route::Route,
    service::{Call, Service},
};

const GARBAGE: &[u8] = b"{\"success\":tru\xff\x00,,";

pub(crate) async fn reply(
    fault: Fault,
    call: Arc<Call>,
    serial: usize,
    service: &Service,
) -> Reply {
    service.log.hit(serial, fault.clone());
    let proper = if fault.applies || !writes(&call) {
        exchange::carry_out(&call, serial, service, &fault.batch_faults())
    } else {
        stand_in()
    };
    match fault.effect {
        Effect::Close(close) => return Reply::Ending(Ending::closing(close)),
        Effect::DropAfterCalls(_) => return Reply::Ending(Ending::closing(Close::Properly)),
        Effect::Late(delay) => {
            let late = Late {
                delay,
                call,
                serial,
            };
            return Reply::Ending(Ending::closing(Close::Properly).and_later(late));
        }
        Effect::Delay(delay) => sleep(delay).await,
        _ => {}
    }
    let answer = altered(&fault.effect, proper);
    let answer = exchange::finish(answer, &call, serial, service);
    broken(&fault.effect, &answer).map_or(Reply::Answer(answer), Reply::Ending)
}

fn writes(call: &Call) -> bool {
    Route::read(&call.method, call.uri.path()).is_ok_and(Route::can_write)
}

/// What is shown in place of a record that was not written.
fn stand_in() -> Answer {
    Answer::json(StatusCode::OK, &envelope::success(json!({ "id": 1 }), None))
}

/// What is answered in place of the proper answer.
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

/// How an answer ends that is not sent as it should be.
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

/// The answer as if it were about the record after. One that is not about a record stays.
fn about_another(mut answer: Answer) -> Answer {
    if let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body)
        && let Some(id) = body.pointer_mut("/data/id")
    {
        *id = id.as_u64().map_or(1, |id| id + 1).into();
        answer.body = body.to_string().into();
    }
    answer
}
