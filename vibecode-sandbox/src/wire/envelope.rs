//! The envelope of every answer (grade D): `{"success":true,"data":…}` or
//! `{"success":false,"error":{"code","message","hint"?,"retryAfter"?,"b24Code"?}}`.

use std::time::Duration;

use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use super::wall_clock;

/// The reason why a request is refused.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    code: &'static str,
    message: String,
    hint: Option<String>,
    retry_after: Option<RetryAfter>,
    b24_code: Option<&'static str>,
}

/// When a client may retry.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RetryAfter {
    /// In `error.retryAfter`, and repeated in the header (grade D).
    Seconds(Duration),
    /// Only in the header, as HTTP allows.
    Date(Duration),
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            retry_after: None,
            b24_code: None,
        }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        let hint = Some(hint.into());
        Self { hint, ..self }
    }

    pub(crate) fn retry_after(self, retry_after: RetryAfter) -> Self {
        let retry_after = Some(retry_after);
        Self {
            retry_after,
            ..self
        }
    }

    /// Adds the code of the layer underneath (grade O).
    pub(crate) fn b24_code(self, code: &'static str) -> Self {
        let b24_code = Some(code);
        Self { b24_code, ..self }
    }

    /// Creates the error of a fault that a test injects.
    pub(crate) fn injected(code: &'static str) -> Self {
        Self::new(code, "This error was injected by a fault of the sandbox")
    }

    /// The message is the one that the API's documentation of the call shows.
    pub(crate) fn entity_not_found() -> Self {
        Self::new("ENTITY_NOT_FOUND", "Item not found")
    }

    pub(crate) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new("INVALID_REQUEST", message)
    }

    pub(crate) fn invalid_params(message: impl Into<String>) -> Self {
        Self::new("INVALID_PARAMS", message)
    }

    pub(crate) fn unknown_field(name: &str) -> Self {
        Self::invalid_params(format!("There is no field {name} to filter or sort by"))
    }

    /// The message and the hint are the documented ones.
    pub(crate) fn rate_limited(retry_after: RetryAfter) -> Self {
        let hint = "Wait 1-2 seconds and retry. Use POST /v1/batch to combine up to 50 calls in 1 request.";
        Self::new("RATE_LIMITED", "QUERY_LIMIT_EXCEEDED")
            .hint(hint)
            .retry_after(retry_after)
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn status(&self) -> StatusCode {
        vibecode_spec::status_of(self.code)
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(crate) fn retry_after_header(&self) -> Option<HeaderValue> {
        match self.retry_after? {
            RetryAfter::Seconds(wait) => Some(wall_clock::whole_seconds(wait).into()),
            RetryAfter::Date(wait) => wall_clock::http_date_in(wait)?.try_into().ok(),
        }
    }

    /// Returns the value of `error`, for a single answer and for a call of a batch.
    pub(crate) fn error(&self) -> Value {
        let mut error = Map::new();
        error.insert("code".to_owned(), self.code.into());
        error.insert("message".to_owned(), self.message.clone().into());
        if let Some(hint) = &self.hint {
            error.insert("hint".to_owned(), hint.clone().into());
        }
        if let Some(RetryAfter::Seconds(wait)) = self.retry_after {
            let seconds = wall_clock::whole_seconds(wait);
            error.insert("retryAfter".to_owned(), seconds.into());
        }
        if let Some(code) = self.b24_code {
            error.insert("b24Code".to_owned(), code.into());
        }
        Value::Object(error)
    }

    pub(crate) fn envelope(&self) -> Value {
        json!({ "success": false, "error": self.error() })
    }
}

pub(crate) fn success(data: Value, meta: Option<Value>) -> Value {
    // `json!` would copy a list of thousands of records.
    let mut envelope = Map::new();
    envelope.insert("success".to_owned(), true.into());
    envelope.insert("data".to_owned(), data);
    envelope.extend(meta.map(|meta| ("meta".to_owned(), meta)));
    Value::Object(envelope)
}
