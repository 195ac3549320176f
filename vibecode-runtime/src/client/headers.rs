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
    pub(super) fn new(mut headers: HeaderMap, user_agent: HeaderValue, base_url: &Url) -> Self {
        headers.insert(HOST, host(base_url));
        headers.insert(USER_AGENT, user_agent);
        let mut of_reads = headers.clone();
        // An answer from a cache on the way would prove nothing.
        of_reads.insert(CACHE_CONTROL, NO_CACHE);
        headers.insert(CONTENT_TYPE, JSON);
        Self {
            of_writes: headers,
            of_reads,
        }
    }

    pub(super) fn of(&self, request: &Request) -> HeaderMap {
        let is_write = request.is_write();
        let of_kind = if is_write {
            &self.of_writes
        } else {
            &self.of_reads
        };
        let mut headers = of_kind.clone();
        // Most writes have a body, and most reads have none.
        match request.body {
            None if is_write => headers.remove(CONTENT_TYPE),
            Some(_) if !is_write => headers.insert(CONTENT_TYPE, JSON),
            _ => None,
        };
        headers
    }
}

#[expect(
    clippy::expect_used,
    reason = "a request without its host would reach another server"
)]
fn host(url: &Url) -> HeaderValue {
    let host = url
        .host_str()
        .expect("the builder takes only http and https, whose URLs have a host");
    let host = match url.port() {
        Some(port) => HeaderValue::try_from(format!("{host}:{port}")),
        None => HeaderValue::from_str(host),
    };
    host.expect("the host of a URL is ASCII without spaces")
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::client::request::Effect;

    fn headers(base_url: &str) -> Headers {
        let base_url = Url::parse(base_url).unwrap();
        Headers::new(
            HeaderMap::new(),
            HeaderValue::from_static("shop"),
            &base_url,
        )
    }

    #[test]
    fn the_host_has_a_port_only_if_it_is_not_that_of_the_scheme() {
        for (base_url, host) in [
            (
                "https://vibecode.bitrix24.tech/v1",
                "vibecode.bitrix24.tech",
            ),
            (
                "https://vibecode.bitrix24.tech:443/v1",
                "vibecode.bitrix24.tech",
            ),
            (
                "https://vibecode.bitrix24.tech:8443",
                "vibecode.bitrix24.tech:8443",
            ),
            ("http://127.0.0.1:80", "127.0.0.1"),
            ("http://[::1]:8080/v1", "[::1]:8080"),
            ("https://портал.рф", "xn--80awhdgm.xn--p1ai"),
        ] {
            assert_eq!(headers(base_url).of_reads[HOST], host, "{base_url}");
        }
    }

    #[test]
    fn only_a_request_with_a_body_has_a_content_type_and_only_a_read_refuses_answers_of_a_cache() {
        let headers = headers("https://host");
        for effect in [Effect::Reads, Effect::Sets, Effect::Adds] {
            for body in [None, Some("{}")] {
                let request = Request::new(Method::POST, "contacts", effect);
                let request = match body {
                    Some(body) => request.with_body(body.to_owned()),
                    None => request,
                };
                let headers = headers.of(&request);
                assert_eq!(headers.contains_key(CONTENT_TYPE), body.is_some());
                assert_eq!(headers.contains_key(CACHE_CONTROL), effect == Effect::Reads);
                assert_eq!(headers[USER_AGENT], "shop");
            }
        }
    }
}
