//! What a try means: the one place that decides whether a change may have been applied, and whether
//! the same request may be sent once more.

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use super::{
    Request,
    attempt::{Attempt, ReadBody},
    envelope::{Envelope, Failure},
};
use crate::{Error, ErrorCode, ErrorKind, Outcome, Result, error::Repeat, retry_after};

/// What a call reads out of the envelope of a success.
pub(crate) trait Answer: Sized + Send {
    /// The `data`, in the shape in which it is parsed.
    type Data<'a>: Deserialize<'a>;

    /// Reads the data, whose `meta` is rarely there.
    ///
    /// # Errors
    /// Where it is not what the API answers to such a call. What may have been applied is then
    /// [`Outcome::Unknown`].
    fn read(data: Self::Data<'_>, meta: Option<&RawValue>, request: &Request) -> Result<Self>;

    /// What a success without data means.
    ///
    /// # Errors
    /// As [`Answer::read`].
    fn without_data() -> Result<Self> {
        Err(misshapen())
    }
}

/// What a try brought, or why it brought nothing and what that means.
pub(crate) fn judge<A: Answer>(attempt: Attempt, request: &Request) -> Result<A> {
    let judged = match attempt {
        Attempt::Failed(error) => Err(no_answer(error)),
        Attempt::Answered {
            status,
            headers,
            body,
        } => answered(status, &headers, body, request),
    };
    judged.map_err(|error| {
        request.named(error).with(|details| {
            // A read applies nothing, whatever became of it.
            if !request.is_write() {
                details.outcome = Outcome::NotApplied;
            }
        })
    })
}

/// What may have been applied, and whether the request may be sent once more.
#[derive(Clone, Copy)]
struct Verdict(Outcome, Repeat);

impl Verdict {
    /// Nothing was applied, and the API asks to come again.
    const LATER: Self = Self(Outcome::NotApplied, Repeat::Always);
    const REFUSED: Self = Self(Outcome::NotApplied, Repeat::Never);
    const UNKNOWN: Self = Self(Outcome::Unknown, Repeat::IfIdempotent);

    /// A loop of errors is ended, whatever else an answer says.
    fn heeding(self, code: Option<&ErrorCode>) -> Self {
        match code {
            Some(ErrorCode::ErrorLoopDetected) => Self(self.0, Repeat::Never),
            _ => self,
        }
    }

    fn error(self, kind: ErrorKind, explanation: &'static str) -> Error {
        Error::new(kind, self.0, explanation).with(|details| details.repeat = self.1)
    }
}

/// Of an answer that is no success.
fn verdict(status: StatusCode, code: Option<&ErrorCode>) -> Verdict {
    let verdict = match status {
        status if status.is_redirection() => Verdict(Outcome::Unknown, Repeat::Never),
        StatusCode::TOO_MANY_REQUESTS => Verdict::LATER,
        // These say that the request was not understood as a whole, or may be repeated.
        StatusCode::REQUEST_TIMEOUT | StatusCode::MISDIRECTED_REQUEST | StatusCode::TOO_EARLY => {
            Verdict::UNKNOWN
        }
        StatusCode::SERVICE_UNAVAILABLE if code.is_some_and(is_asked_to_wait) => Verdict::LATER,
        status if status.is_client_error() && code.is_some() => Verdict::REFUSED,
        _ => Verdict::UNKNOWN,
    };
    verdict.heeding(code)
}

/// Codes that say that the request has not been begun.
fn is_asked_to_wait(code: &ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::QueryLimitExceeded | ErrorCode::QueueOverflow
    )
}

/// What the failure of one call of a batch means. It has a code and no status.
pub(crate) fn judge_call(failure: Failure) -> Error {
    let code = failure.api.code.as_ref();
    let verdict = match code {
        Some(code) if is_asked_to_wait(code) => Verdict::LATER,
        Some(code) => code
            .usual_status()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .map_or(Verdict::UNKNOWN, |status| verdict(status, Some(code))),
        None => Verdict::UNKNOWN,
    };
    let verdict = verdict.heeding(code);
    refusal(failure, verdict)
}

/// What it means that an answer is not what the API answers to such a call.
pub(crate) fn unexpected(explanation: &'static str) -> Error {
    Verdict::UNKNOWN.error(ErrorKind::Unexpected, explanation)
}

fn misshapen() -> Error {
    unexpected("the answer tells of a success, but holds not what was asked for")
}

/// What it means that an answer is about another record.
pub(crate) fn other_record() -> Error {
    Verdict::UNKNOWN.error(ErrorKind::OtherRecord, "the answer is about another record")
}

fn no_answer(error: reqwest::Error) -> Error {
    let error_of = if error.is_builder() {
        Verdict::REFUSED.error(ErrorKind::Configuration, "the request could not be made")
    } else if error.is_connect() {
        Verdict::LATER.error(
            ErrorKind::Connect,
            "no connection to the API could be made: check the base URL and the network",
        )
    } else if error.is_timeout() {
        Verdict::UNKNOWN.error(ErrorKind::Timeout, "no answer came in time")
    } else {
        Verdict::UNKNOWN.error(
            ErrorKind::Interrupted,
            "the connection broke before an answer came",
        )
    };
    error_of.caused_by(error)
}

fn answered<A: Answer>(
    status: StatusCode,
    headers: &HeaderMap,
    body: ReadBody,
    request: &Request,
) -> Result<A> {
    let result = match body {
        ReadBody::Whole(body) => read_whole(status, &body, request),
        ReadBody::Oversized => Err(Verdict::UNKNOWN.error(
            ErrorKind::Oversized,
            "the answer is longer than an answer of the API may be",
        )),
        ReadBody::Broken(error) => Err(broken(error)),
    };
    result.map_err(|error| {
        error.with(|details| {
            details.status = Some(status);
            details.retry_after = details
                .retry_after
                .or_else(|| retry_after::of_head(headers));
        })
    })
}

fn read_whole<A: Answer>(status: StatusCode, body: &[u8], request: &Request) -> Result<A> {
    match Envelope::<A::Data<'_>>::read(body) {
        Some(Envelope::Success { data, meta }) if status.is_success() => match data {
            Some(data) => A::read(data, meta, request),
            None => A::without_data(),
        },
        Some(Envelope::Misshapen) if status.is_success() => Err(misshapen()),
        Some(Envelope::Failure(failure)) => {
            let verdict = verdict(status, failure.api.code.as_ref());
            Err(refusal(failure, verdict))
        }
        _ => Err(not_understood(status, body)),
    }
}

fn refusal(failure: Failure, verdict: Verdict) -> Error {
    let advice = failure
        .api
        .code
        .as_ref()
        .map_or("the API answered with an error", ErrorCode::advice);
    verdict.error(ErrorKind::Api, advice).with(|details| {
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
    verdict(status, None).error(kind, explanation)
}

/// Only a complete answer says what became of the change.
fn broken(error: reqwest::Error) -> Error {
    let broken = if error.is_timeout() {
        Verdict::UNKNOWN.error(ErrorKind::Timeout, "the answer did not end in time")
    } else {
        Verdict::UNKNOWN.error(ErrorKind::CutOff, "the answer broke off")
    };
    broken.caused_by(error)
}
