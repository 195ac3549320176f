//! An incoming request.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, header::AUTHORIZATION, request::Parts};

use super::{Failure, Route};

/// The header that carries the key (grade D).
pub(crate) const KEY_HEADER: &str = "x-api-key";

/// A request that arrived completely.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn route(&self) -> Result<Route, Failure> {
        Route::parse(&self.method, self.uri.path())
    }

    /// Marks the headers that identify the sender as sensitive, so that `Debug` hides them.
    pub(crate) fn new(head: Parts, body: Bytes) -> Self {
        let mut headers = head.headers;
        for (name, value) in &mut headers {
            if name == KEY_HEADER || name == AUTHORIZATION {
                value.set_sensitive(true);
            }
        }
        Self {
            method: head.method,
            uri: head.uri,
            headers,
            body,
        }
    }
}
