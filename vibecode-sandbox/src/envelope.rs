//! The envelope around every answer, graded D: `{"success":true,"data":…}` or
//! `{"success":false,"error":{"code","message","hint"?}}`.

use http::StatusCode;
use serde_json::{Value, json};

/// Why a request is refused.
#[derive(Debug)]
pub(crate) struct Failure {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The message is the one that the API's reference shows (update-contact.md).
    pub(crate) fn entity_not_found() -> Self {
        Self::new("ENTITY_NOT_FOUND", "Item not found")
    }

    pub(crate) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new("INVALID_REQUEST", message)
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn status(&self) -> StatusCode {
        vibecode_spec::status_of(self.code)
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(crate) fn into_envelope(self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let (Some(hint), Some(error)) = (self.hint, error.as_object_mut()) {
            error.insert("hint".to_owned(), hint.into());
        }
        json!({ "success": false, "error": error })
    }
}

pub(crate) fn success(data: &Value) -> Value {
    json!({ "success": true, "data": data })
}
