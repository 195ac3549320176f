//! What a try means: the one place that decides whether a change may have been applied.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::{
    Request,
    attempt::{Attempt, ReadBody},
};
use crate::{
    Error, ErrorCode, ErrorKind, Outcome, Raw, Result,
    error::ApiError,
    json::{self, pick},
};

/// The record that a try brought, or why it brought none and what that means.
pub(super) fn judge(attempt: Attempt, request: &Request) -> Result<Raw> {
    let judged = match attempt {
        Attempt::Failed(error) => Err(no_answer(error)),
        Attempt::Answered {
            status,
            headers,
            body,
        } => answered(status, &headers, body, request),
    };
    judged.map_err(|error| {
        let error = request.named(error);
        if request.is_write() {
            error
        } else {
            // A read applies nothing, whatever became of it.
            error.with(|details| details.outcome = Outcome::NotApplied)
        }
    })
}

fn no_answer(error: reqwest::Error) -> Error {
    let (kind, outcome, explanation) = if error.is_builder() {
        (
            ErrorKind::Configuration,
            Outcome::NotApplied,
            "the request could not be made",
        )
    } else if error.is_connect() {
        (
            ErrorKind::Connect,
            Outcome::NotApplied,
            "no connection to the API could be made: check the base URL and the network",
        )
    } else if error.is_timeout() {
        (
            ErrorKind::Timeout,
            Outcome::Unknown,
            "no answer came in time",
        )
    } else {
        (
            ErrorKind::Interrupted,
            Outcome::Unknown,
            "the connection broke before an answer came",
        )
    };
    Error::new(kind, outcome, explanation).caused_by(error)
}

fn answered(
    status: StatusCode,
    headers: &HeaderMap,
    body: ReadBody,
    request: &Request,
) -> Result<Raw> {
    let result = match body {
        ReadBody::Whole(body) => read_whole(status, &body, request),
        ReadBody::Oversized => Err(Error::new(
            ErrorKind::Oversized,
            Outcome::Unknown,
            "the answer is longer than an answer of the API may be",
        )),
        ReadBody::Broken(error) => Err(broken(error)),
    };
    result.map_err(|error| {
        error.with(|details| {
            details.status = Some(status);
            details.retry_after = details.retry_after.or_else(|| retry_after(headers));
        })
    })
}

fn read_whole(status: StatusCode, body: &[u8], request: &Request) -> Result<Raw> {
    match Envelope::read(body) {
        Some(Envelope::Success(data)) if status.is_success() => record(data, request),
        Some(Envelope::Failure(error)) => {
            let outcome = outcome(status, error.api.code.as_ref());
            Err(refusal(error, outcome))
        }
        _ => Err(not_understood(status, body)),
    }
}

/// Whether an answer that is no success says that nothing was applied.
fn outcome(status: StatusCode, code: Option<&ErrorCode>) -> Outcome {
    let refused = match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        // These say that the request was not understood as a whole, or may be repeated.
        StatusCode::REQUEST_TIMEOUT | StatusCode::MISDIRECTED_REQUEST | StatusCode::TOO_EARLY => {
            false
        }
        StatusCode::SERVICE_UNAVAILABLE => matches!(
            code,
            Some(ErrorCode::QueryLimitExceeded | ErrorCode::QueueOverflow)
        ),
        status => status.is_client_error() && code.is_some(),
    };
    if refused {
        Outcome::NotApplied
    } else {
        Outcome::Unknown
    }
}

fn refusal(failure: Failure, outcome: Outcome) -> Error {
    let advice = failure
        .api
        .code
        .as_ref()
        .map_or("the API answered with an error", ErrorCode::advice);
    Error::new(ErrorKind::Api, outcome, advice).with(|details| {
        details.api = Some(failure.api);
        details.retry_after = failure.retry_after;
    })
}

fn not_understood(status: StatusCode, body: &[u8]) -> Error {
    let is_json = serde_json::from_slice::<IgnoredAny>(body).is_ok();
    let (kind, explanation) = if status.is_redirection() {
        (
            ErrorKind::Unexpected,
            "the API sent the request elsewhere, where it was not followed: check the base URL",
        )
    } else if is_json {
        (
            ErrorKind::Unexpected,
            "the answer is not what the API answers to such a call",
        )
    } else {
        (
            ErrorKind::NotJson,
            "the answer is not JSON: it may come from a gateway before the API",
        )
    };
    Error::new(kind, outcome(status, None), explanation)
}

/// Only a complete answer says what became of the change.
fn broken(error: reqwest::Error) -> Error {
    let (kind, explanation) = if error.is_timeout() {
        (ErrorKind::Timeout, "the answer did not end in time")
    } else {
        (ErrorKind::CutOff, "the answer broke off")
    };
    Error::new(kind, Outcome::Unknown, explanation).caused_by(error)
}

/// The record of a success, if it is the one that was asked for.
fn record(data: &RawValue, request: &Request) -> Result<Raw> {
    let Some([id]) = pick(data.get(), ["id"]) else {
        return Err(Error::new(
            ErrorKind::Unexpected,
            Outcome::Unknown,
            "the answer tells of a success, but holds no record",
        ));
    };
    let is_another = |id| json::text(id).is_none_or(|id| id != request.id.to_string());
    if id.is_some_and(is_another) {
        return Err(Error::new(
            ErrorKind::OtherRecord,
            Outcome::Unknown,
            "the answer is about another record",
        ));
    }
    let unread = if request.is_write() {
        Outcome::Unknown
    } else {
        Outcome::NotApplied
    };
    Ok(Raw::new(request.entity, data, unread))
}

/// `{"success":true,"data":…}` or `{"success":false,"error":{…}}`
enum Envelope<'a> {
    Success(&'a RawValue),
    Failure(Failure),
}

/// What the API says of an error.
struct Failure {
    api: ApiError,
    retry_after: Option<Duration>,
}

impl<'a> Envelope<'a> {
    fn read(body: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let [success, data, error] = pick(text, ["success", "data", "error"])?;
        match success?.get() {
            "true" => data.map(Self::Success),
            _ => Failure::read(error?.get()).map(Self::Failure),
        }
    }
}

impl Failure {
    fn read(error: &str) -> Option<Self> {
        let keys = ["code", "message", "hint", "b24Code", "retryAfter"];
        let [code, message, hint, b24_code, wait] = pick(error, keys)?;
        let text = |value: Option<&RawValue>| value.and_then(json::text);
        Some(Self {
            api: ApiError {
                code: text(code).map(|code| ErrorCode::from_wire(&code)),
                message: text(message),
                hint: text(hint),
                b24_code: text(b24_code),
            },
            retry_after: text(wait).as_deref().and_then(seconds),
        })
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    seconds(headers.get(header::RETRY_AFTER)?.to_str().ok()?)
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}
