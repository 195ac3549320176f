//! Judges a finished attempt: turns it into the answer or an error. [`decision`](super::decision) then sets the
//! error's outcome, and whether the request may be sent again.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use serde::de::IgnoredAny;

use super::{
    Request,
    attempt::{Attempt, ReadBody},
    envelope::{Data, Envelope, Failure},
};
use crate::{Error, ErrorCode, ErrorKind, Outcome, Result, wire::retry_after};
use bytes::Bytes;
use bytestring::ByteString;

/// What a call reads from the envelope of a success.
pub(crate) trait Answer: Sized + Send {
    type Data<'a>: Data<'a>;

    /// Reads the data, which is a part of `answer`. `meta` is rarely present. If the data is not what the
    /// API returns for such a call, the outcome of a write is [`Outcome::Unknown`].
    fn read(
        data: Self::Data<'_>,
        meta: Option<&str>,
        answer: &ByteString,
        request: &Request,
    ) -> Result<Self>;

    /// Returns the meaning of a success without data, or the errors of [`Answer::read`].
    fn without_data() -> Result<Self> {
        Err(misshapen())
    }

    /// Returns the part of the answer which says that requests come too fast, although the answer as a
    /// whole is a success.
    fn rate_limit(&self) -> Option<RateLimit> {
        None
    }
}

/// What a 429 says, with the wait that it asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RateLimit {
    pub(crate) retry_after: Option<Duration>,
}

pub(crate) fn judge<A: Answer>(attempt: Attempt, request: &Request) -> Result<A> {
    let judged = match attempt {
        Attempt::Failed(error) => Err(no_answer(error)),
        Attempt::Answered {
            status,
            headers,
            body,
        } => answered(status, &headers, body, request),
    };
    judged.map_err(|error| request.named(error).decided(request.effect))
}

/// Creates the error of a request that was sent. Its meaning is decided later, when the effect of the
/// request is known; until then the request may have been applied.
fn of_attempt(kind: ErrorKind, explanation: &'static str) -> Error {
    Error::new(kind, Outcome::Unknown, explanation).with(|details| details.was_sent = true)
}

/// The error of an answer that the API does not return for such a call.
pub(crate) fn unexpected(explanation: &'static str) -> Error {
    of_attempt(ErrorKind::Unexpected, explanation)
}

fn misshapen() -> Error {
    unexpected("the answer reports a success, but does not contain what was asked for")
}

pub(crate) fn other_record() -> Error {
    of_attempt(ErrorKind::OtherRecord, "the answer is about another record")
}

fn no_answer(error: reqwest::Error) -> Error {
    let failed = if error.is_builder() {
        of_attempt(ErrorKind::Configuration, "the request could not be made")
    } else if error.is_connect() {
        of_attempt(
            ErrorKind::Connect,
            "no connection to the API could be made: check the base URL and the network",
        )
    } else if error.is_timeout() {
        of_attempt(ErrorKind::Timeout, "no answer came in time")
    } else {
        of_attempt(
            ErrorKind::Interrupted,
            "the connection broke before an answer came",
        )
    };
    failed.caused_by(error)
}

fn answered<A: Answer>(
    status: StatusCode,
    headers: &HeaderMap,
    body: ReadBody,
    request: &Request,
) -> Result<A> {
    let result = match body {
        ReadBody::Whole(body) => read_whole(status, &body, request),
        ReadBody::Oversized => Err(of_attempt(
            ErrorKind::Oversized,
            "the answer is longer than an answer of the API may be",
        )),
        ReadBody::Broken(error) => Err(broken(error)),
    };
    result.map_err(|error| {
        error.with(|details| {
            details.status = Some(status);
            // If the two differ, the longer wait counts.
            details.retry_after = details.retry_after.max(retry_after::of_head(headers));
        })
    })
}

fn read_whole<A: Answer>(status: StatusCode, body: &Bytes, request: &Request) -> Result<A> {
    // The answer to a deletion may have no body (api.md, "Records").
    if status == StatusCode::NO_CONTENT && request.method == Method::DELETE && body.is_empty() {
        return A::without_data();
    }
    // Other 2xx mean that the request was passed on, or come from a server in front of the API.
    let is_done = matches!(status, StatusCode::OK | StatusCode::CREATED);
    let Ok(answer) = ByteString::try_from(body.clone()) else {
        return Err(not_understood(status, body));
    };
    match Envelope::<A::Data<'_>>::read(&answer) {
        Some(Envelope::Success { data, meta }) if is_done => match data {
            Some(data) => A::read(data, meta, &answer, request),
            None => A::without_data(),
        },
        Some(Envelope::Misshapen) if is_done => Err(misshapen()),
        Some(Envelope::Failure(failure)) => Err(refusal(failure)),
        _ => Err(not_understood(status, answer.as_bytes())),
    }
}

/// Returns the error of a failure that the API reports: of a request, or of one call of a batch.
pub(crate) fn refusal(failure: Failure) -> Error {
    let advice = failure
        .api
        .code
        .as_ref()
        .map_or("the API answered with an error", ErrorCode::advice);
    of_attempt(ErrorKind::Api, advice).with(|details| {
        details.api = Some(failure.api);
        details.retry_after = failure.retry_after;
    })
}

fn not_understood(status: StatusCode, body: &[u8]) -> Error {
    let is_json = serde_json::from_slice::<IgnoredAny>(body).is_ok();
    let (kind, explanation) = if status.is_redirection() {
        (
            ErrorKind::Unexpected,
            "the API answered with a redirect, which the client does not follow: check the base URL",
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
    of_attempt(kind, explanation)
}

/// Without a complete answer it is not known whether the change was made.
fn broken(error: reqwest::Error) -> Error {
    let broken = if error.is_timeout() {
        of_attempt(ErrorKind::Timeout, "the answer did not end in time")
    } else {
        of_attempt(ErrorKind::CutOff, "the answer broke off")
    };
    broken.caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{client::request::Effect, wire::reader::Reader};

    struct Number;

    impl Answer for Number {
        type Data<'a> = u64;

        fn read(_: u64, _: Option<&str>, _: &ByteString, _: &Request) -> Result<Self> {
            Ok(Self)
        }
    }

    impl Data<'_> for u64 {
        fn read(reader: &mut Reader<'_>) -> Option<Self> {
            reader.value()?.parse().ok()
        }
    }

    #[test]
    fn only_an_answer_with_the_status_of_a_success_is_reported_as_a_success() {
        let request = Request::new(Method::GET, "me", Effect::Reads);
        let read = |status, body: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            read_whole::<Number>(status, &Bytes::from(body.to_owned()), &request)
                .map(drop)
                .map_err(|error| error.to_string())
        };
        let (right, wrong) = (
            r#"{"success":true,"data":5}"#,
            r#"{"success":true,"data":"?"}"#,
        );
        for status in [200, 201] {
            assert!(read(status, right).is_ok());
            let error = read(status, wrong).unwrap_err();
            assert!(error.contains("reports a success"), "{error}");
        }
        for status in [202, 302, 404, 502] {
            for body in [right, wrong] {
                let error = read(status, body).unwrap_err();
                assert!(!error.contains("success"), "{status}: {error}");
            }
        }
    }
}
