//! A request, as it came in.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, header::AUTHORIZATION, request::Parts};

use crate::{envelope::Failure, keyring::KEY_HEADER, route::Route};

/// A request that came in whole.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    /// What is asked for.
    pub(crate) fn route(&self) -> Result<Route, Failure> {
        Route::read(&self.method, self.uri.path())
    }

    /// What shows who is asking is kept out of `Debug`.
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
