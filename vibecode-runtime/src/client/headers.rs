//! The headers of requests.
//!
//! They are made once, and each request gets a copy. To insert them one by one, and to leave the `Host` to hyper, which
//! formats it for each request, would take more code and more allocations for each.

use http::{
    HeaderMap, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE, HOST, USER_AGENT},
};
use reqwest::Url;

use super::{Request, credentials::JSON};

const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// The headers of a client's requests, without the user's `Authorization`.
pub(super) struct Headers {
    of_writes: HeaderMap,
    of_reads: HeaderMap,
}

impl Headers {
    /// Adds to the headers of the credentials.
    pub(super) fn new(
        mut headers: HeaderMap,
        user_agent: HeaderValue,
        base_url: &Url,
    ) -> Result<Self, http::header::InvalidHeaderValue> {
        let host = base_url.host_str().unwrap_or_default();
        let host = match base_url.port() {
            Some(port) => HeaderValue::try_from(format!("{host}:{port}")),
            None => HeaderValue::from_str(host),
        };
        headers.insert(HOST, host?);
        headers.insert(USER_AGENT, user_agent);
        let mut of_reads = headers.clone();
        // An answer from a cache on the way would prove nothing.
        of_reads.insert(CACHE_CONTROL, NO_CACHE);
        headers.insert(CONTENT_TYPE, JSON);
        Ok(Self {
            of_writes: headers,
            of_reads,
        })
    }

    pub(super) fn of(&self, request: &Request) -> HeaderMap {
        let has_body = request.body.is_some();
        if request.is_write() {
            let mut headers = self.of_writes.clone();
            if !has_body {
                headers.remove(CONTENT_TYPE);
            }
            headers
        } else {
            let mut headers = self.of_reads.clone();
            if has_body {
                headers.insert(CONTENT_TYPE, JSON);
            }
            headers
        }
    }
}
