//! What was asked and what was answered, for a test to read.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{
    HeaderMap, Method, StatusCode, Uri,
    header::{AUTHORIZATION, HeaderName},
};

use crate::keyring::KEY_HEADER;

/// What shows who is asking: read by name, but kept out of `Debug`.
const SECRET_HEADERS: [HeaderName; 2] = [HeaderName::from_static(KEY_HEADER), AUTHORIZATION];

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct LoggedRequest {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) status: Option<StatusCode>,
    pub(crate) error_code: Option<&'static str>,
    pub(crate) dropped: Vec<String>,
}

impl LoggedRequest {
    /// The method, such as `PATCH`.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path without the query, such as `/v1/contacts/71`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// What follows the question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// All headers. Their `Debug` leaves the key and the session token out.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// One header, in whatever case its name is given, where it is visible text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, byte by byte as it came.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as text; empty where it is not UTF-8.
    #[must_use]
    pub fn body_str(&self) -> &str {
        str::from_utf8(&self.body).unwrap_or_default()
    }

    /// The status of the answer; `None` where the connection ended without one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// The code of the error that was answered.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error_code
    }

    /// The keys of the body that had no effect although the answer was 200: unknown, read-only, or
    /// with the value null. The API says nothing of them.
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.dropped
    }
}

/// Every request so far.
#[derive(Debug, Default)]
pub(crate) struct Log {
    requests: Mutex<Vec<LoggedRequest>>,
}

impl Log {
    pub(crate) fn push(&self, mut request: LoggedRequest) {
        for name in SECRET_HEADERS {
            if let http::header::Entry::Occupied(mut values) = request.headers.entry(name) {
                for value in values.iter_mut() {
                    value.set_sensitive(true);
                }
            }
        }
        self.with(|requests| requests.push(request));
    }

    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        self.with(|requests| requests.clone())
    }

    pub(crate) fn clear(&self) {
        self.with(Vec::clear);
    }

    fn with<T>(&self, act: impl FnOnce(&mut Vec<LoggedRequest>) -> T) -> T {
        act(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
