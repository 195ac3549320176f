//! Error answers, from the API and from a gateway.

use std::time::Duration;

use http::StatusCode;

use super::{Effect, Fault};
use crate::wire::{Failure, RetryAfter};

/// The message of a gateway that lost the answer.
const GATEWAY: &str = "The portal did not answer in time";

impl Fault {
    /// Answers 429 `RATE_LIMITED` with `error.retryAfter`, in whole seconds and repeated in
    /// `Retry-After` (grade D). The write is not applied.
    pub fn rate_limited(retry_after: Duration) -> Self {
        let retry_after = RetryAfter::Seconds(retry_after);
        let failure = Failure::rate_limited(retry_after);
        Self::new("rate_limited", Effect::Fail(failure))
    }

    /// Answers 429 `RATE_LIMITED` without `error.retryAfter`, but with an HTTP date in
    /// `Retry-After`: the time of the wall clock plus `retry_after`. The write is not applied.
    pub fn rate_limited_until(retry_after: Duration) -> Self {
        let retry_after = RetryAfter::Date(retry_after);
        let failure = Failure::rate_limited(retry_after);
        Self::new("rate_limited_until", Effect::Fail(failure))
    }

    /// Answers 503 `QUERY_LIMIT_EXCEEDED` in the API's envelope. The write is not applied.
    pub fn query_limit_exceeded() -> Self {
        let failure = Failure::new("QUERY_LIMIT_EXCEEDED", "Too many requests");
        Self::new("query_limit_exceeded", Effect::Fail(failure))
    }

    /// Answers 503 with an HTML page. The write is not applied.
    pub fn unavailable_html() -> Self {
        let html = Effect::Html(StatusCode::SERVICE_UNAVAILABLE);
        Self::new("unavailable_html", html)
    }

    /// Answers 502 `BITRIX_UNAVAILABLE` in the API's envelope. The write is applied: the gateway
    /// lost the answer.
    pub fn bad_gateway() -> Self {
        let failure = Failure::new("BITRIX_UNAVAILABLE", GATEWAY);
        Self::new("bad_gateway", Effect::Fail(failure)).applied()
    }

    /// Answers 502 with an HTML page. The write is applied: the gateway lost the answer.
    pub fn bad_gateway_html() -> Self {
        let html = Effect::Html(StatusCode::BAD_GATEWAY);
        Self::new("bad_gateway_html", html).applied()
    }

    /// Answers 504 `QUEUE_TIMEOUT` in the API's envelope. The write is applied: the gateway did not
    /// wait for the answer.
    pub fn queue_timeout() -> Self {
        let failure = Failure::new("QUEUE_TIMEOUT", GATEWAY);
        Self::new("queue_timeout", Effect::Fail(failure)).applied()
    }

    /// Answers 500 `INTERNAL_ERROR` in the API's envelope. The write is not applied.
    pub fn server_error() -> Self {
        let failure = Failure::new("INTERNAL_ERROR", "Internal error");
        Self::new("server_error", Effect::Fail(failure))
    }

    /// Answers 422 `BITRIX_ERROR` with the `b24Code` `OVERLOAD_LIMIT`, which must not be retried
    /// (grade O). The write is not applied.
    pub fn overload_limit() -> Self {
        let failure = Failure::new("BITRIX_ERROR", "The portal is overloaded");
        Self::new(
            "overload_limit",
            Effect::Fail(failure.b24_code("OVERLOAD_LIMIT")),
        )
    }

    /// Answers an error with this code in the API's envelope, with the status that is known for the
    /// code, or 500 if none is known. The write is not applied.
    pub fn error(code: &'static str) -> Self {
        Self::new("error", Effect::Fail(Failure::injected(code)))
    }
}
