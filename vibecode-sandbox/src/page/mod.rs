//! A page for people, beside the API, that shows the contents of the portal and the requests.
//!
//! It is one document with its own style and script, and gets updates by long polling. None of its
//! requests is logged, limited or hit by a fault.

mod state;

use std::{sync::Mutex, time::Duration};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    },
};
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    lock::lock,
    log::Log,
    portal::Portal,
    wire::{Answer, Request},
};

const DOCUMENT: &str = include_str!("index.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

const STATE: &str = "{{state}}";

/// How long a request waits for updates. Proxies close connections that are silent for a minute.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// Seeded or sent text never runs as code: only the page's own script runs, and nothing is loaded
/// from elsewhere, not even an image that a name might refer to.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: &[(HeaderName, &str)] = &[
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
];

/// Returns the answer of the page; `None` if the request is not for the page.
pub(crate) async fn answer(request: &Request, log: &Log, portal: &Mutex<Portal>) -> Option<Answer> {
    if request.method != Method::GET {
        return None;
    }
    let mut answer = match request.uri.path() {
        "/" | "/page.css" | "/page.js" | "/state" if !names_this_machine(&request.headers) => {
            let refusal = "This page is only served to this machine, as 127.0.0.1 or localhost.\n";
            Answer::empty(StatusCode::FORBIDDEN).with_body("text/plain; charset=utf-8", refusal)
        }
        "/" => file("text/html; charset=utf-8", document(log, portal)),
        "/page.css" => file("text/css; charset=utf-8", STYLE),
        "/page.js" => file("text/javascript; charset=utf-8", SCRIPT),
        "/state" => {
            wait_for_changes(seen(&request.uri), log).await;
            Answer::json(StatusCode::OK, &state(log, portal))
        }
        // Browsers request it on their own.
        "/favicon.ico" => Answer::empty(StatusCode::NO_CONTENT),
        _ => return None,
    };
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        answer.headers.insert(name, value);
    }
    Some(answer)
}

/// Checks the `Host` header. A website can point its own host name at this machine (DNS rebinding),
/// but cannot hide that name.
fn names_this_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

/// Returns the document with the state inside, so that it has contents immediately.
fn document(log: &Log, portal: &Mutex<Portal>) -> String {
    DOCUMENT.replace(STATE, &inside_script(&state(log, portal)))
}

/// Returns what the page shows. The log is read first: the records are then as new as its revision,
/// or newer.
fn state(log: &Log, portal: &Mutex<Portal>) -> Value {
    let requests = log.last(state::MAX_REQUESTS);
    state::of(requests, &lock(portal))
}

/// Escapes JSON so that it cannot close the element that contains it.
fn inside_script(state: &Value) -> String {
    state.to_string().replace('<', "\\u003c")
}

/// Returns the revision that the page shows.
fn seen(uri: &Uri) -> Option<u64> {
    let query = uri.query().unwrap_or_default();
    query.strip_prefix("after=")?.parse().ok()
}

/// Returns once the log has another revision, or after the maximum waiting time.
async fn wait_for_changes(seen: Option<u64>, log: &Log) {
    let Some(seen) = seen else {
        return;
    };
    let mut revisions = log.watch();
    // Another revision may also be a lower one, of a sandbox that was restarted.
    let change = revisions.wait_for(|revision| *revision != seen);
    let _ = timeout(MAX_WAIT, change).await;
}

fn file(content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    Answer::empty(StatusCode::OK).with_body(content_type, body)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_shown_does_not_end_its_element() {
        let state = json!({ "name": "</script><script>alert(1)</script><!--" });
        let inside = inside_script(&state);
        assert!(!inside.contains('<'), "{inside}");
        assert_eq!(serde_json::from_str::<Value>(&inside).unwrap(), state);
    }

    #[test]
    fn the_page_is_served_under_the_names_of_this_machine_alone() {
        for (host, expected) in [
            ("127.0.0.1:8080", true),
            ("localhost", true),
            ("[::1]:8080", true),
            ("127.0.0.1.example.com:8080", false),
            ("example.com", false),
        ] {
            let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]);
            assert_eq!(names_this_machine(&headers), expected, "{host}");
        }
        assert!(!names_this_machine(&HeaderMap::new()));
    }
}
