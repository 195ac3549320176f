//! What a fault does to an answer or to its connection.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{CallFault, raw_answer};
use crate::wire::{Answer, Failure, Route, envelope};

/// Bytes that are neither JSON nor UTF-8.
const GARBAGE: &[u8] = b"{\"success\":tru\xff\x00,,";

#[derive(Debug, Clone)]
pub(crate) enum Effect {
    /// No answer.
    Close(Close),
    /// No answer; the request is carried out after this delay.
    Late(Duration),
    /// The answer, after this delay.
    Delay(Duration),
    /// The answer, with this pause after every few bytes.
    Trickle(Duration),
    /// An error in the API's envelope.
    Fail(Failure),
    /// An error in the API's envelope under 200.
    FailUnder200(Failure),
    /// An HTML document of a gateway, with this status.
    Html(StatusCode),
    NoContent,
    CutOff,
    CutOffChunked,
    Oversized,
    Garbage,
    AnotherRecord,
    /// The answer, with faults of the calls at these positions.
    InBatch(Vec<(usize, CallFault)>),
    /// No answer; only this many calls are carried out.
    DropAfterCalls(usize),
}

/// Who closes the connection, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Close {
    /// The server, in order (FIN).
    Properly,
    /// The server, by a reset (RST).
    ByReset,
    /// The client: the server stays silent.
    ByClient,
}

impl Effect {
    /// Returns the answer that is sent instead of the API's answer.
    pub(crate) fn altered(&self, answer: Answer) -> Answer {
        match self {
            Self::Fail(failure) => Answer::failure(failure),
            Self::FailUnder200(failure) => Answer {
                status: StatusCode::OK,
                ..Answer::failure(failure)
            },
            Self::Html(status) => html(*status),
            Self::NoContent => Answer::empty(StatusCode::NO_CONTENT),
            Self::Garbage => Answer {
                body: GARBAGE.into(),
                ..answer
            },
            Self::AnotherRecord => about_another_record(answer),
            Self::Close(_)
            | Self::Late(_)
            | Self::Delay(_)
            | Self::Trickle(_)
            | Self::CutOff
            | Self::CutOffChunked
            | Self::Oversized
            | Self::InBatch(_)
            | Self::DropAfterCalls(_) => answer,
        }
    }

    /// Returns the pieces in which the answer is written to the connection, and the pause between
    /// them, if HTTP as usual cannot express the effect.
    pub(crate) fn pieces(&self, answer: &Answer) -> Option<(Vec<Bytes>, Duration)> {
        match self {
            Self::Trickle(pause) => Some((raw_answer::in_small_pieces(answer), *pause)),
            Self::CutOff => Some((raw_answer::cut_off(answer), Duration::ZERO)),
            Self::CutOffChunked => Some((raw_answer::cut_off_chunked(answer), Duration::ZERO)),
            Self::Oversized => Some((raw_answer::oversized(answer), Duration::ZERO)),
            Self::Close(_)
            | Self::Late(_)
            | Self::Delay(_)
            | Self::Fail(_)
            | Self::FailUnder200(_)
            | Self::Html(_)
            | Self::NoContent
            | Self::Garbage
            | Self::AnotherRecord
            | Self::InBatch(_)
            | Self::DropAfterCalls(_) => None,
        }
    }
}

/// Returns the answer to a write that was not carried out, if the answer has to be a success.
pub(crate) fn stand_in(route: Route) -> Answer {
    let data = match route {
        Route::Entity(_, _, id) => json!({ "id": id.unwrap_or(1) }),
        _ => json!({ "results": {}, "errors": {} }),
    };
    Answer::json(StatusCode::OK, &envelope::success(data, None))
}

fn html(status: StatusCode) -> Answer {
    let html = format!("<html><head><title>{status}</title></head><body>{status}</body></html>");
    Answer::empty(status).with_body("text/html; charset=utf-8", html)
}

/// Changes the answer so that it is about the next record, in a batch for every call. An answer
/// that is about no record stays the same.
fn about_another_record(mut answer: Answer) -> Answer {
    if let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) {
        let results = body.pointer_mut("/data/results");
        let results = results.and_then(Value::as_object_mut);
        for result in results.into_iter().flat_map(Map::values_mut) {
            increment_id(result);
        }
        body.get_mut("data").map(increment_id);
        answer.body = body.to_string().into();
    }
    answer
}

fn increment_id(record: &mut Value) {
    if let Some(id) = record.get_mut("id") {
        *id = id.as_u64().map_or(1, |id| id + 1).into();
    }
}
