//! An incoming request.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, header::AUTHORIZATION, request::Parts};

use crate::{envelope::Failure, keyring::KEY_HEADER, route::Route};

/// A request that arrived completely.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    /// Returns the route of the request.
    pub(crate) fn route(&self) -> Result<Route, Failure> {
        Route::read(&self.method, self.uri.path())
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
