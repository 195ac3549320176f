//! A page for people, beside the API, that shows the contents of the portal and the requests.
//!
//! It is one document with its own style and script, and gets updates by long polling. None of its
//! requests is logged, limited or hit by a fault.

mod records;
mod state;
mod view;

use std::{str::FromStr, sync::Mutex, time::Duration};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    },
};
use serde_json::{Value, json};
use tokio::time::timeout;

use self::view::View;
use crate::{
    lock::lock,
    log::{KEPT_ANSWERS, Log},
    portal::Portal,
    wire::{Answer, Request},
};

const DOCUMENT: &str = include_str!("index.html");
const STYLE: &str = include_str!("page.css");
const LAYOUT: &str = include_str!("layout.js");
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
    let query = request.uri.query().unwrap_or_default();
    let mut answer = match request.uri.path() {
        "/" | "/page.css" | "/page.js" | "/layout.js" | "/state" | "/request"
            if !names_this_machine(&request.headers) =>
        {
            let refusal = "This page is only served to this machine, as 127.0.0.1 or localhost.\n";
            Answer::empty(StatusCode::FORBIDDEN).with_body("text/plain; charset=utf-8", refusal)
        }
        "/" => file(
            "text/html; charset=utf-8",
            document(log, portal, &View::of_query(query)),
        ),
        "/page.css" => file("text/css; charset=utf-8", STYLE),
        "/layout.js" => file("text/javascript; charset=utf-8", LAYOUT),
        "/page.js" => file("text/javascript; charset=utf-8", SCRIPT),
        "/state" => {
            wait_for_changes(number(query, "after"), log).await;
            let state = state(log, portal, &View::of_query(query));
            Answer::json(StatusCode::OK, &state)
        }
        "/request" => logged_request(number(query, "serial"), log),
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
fn document(log: &Log, portal: &Mutex<Portal>, view: &View) -> String {
    DOCUMENT.replace(STATE, &inside_script(&state(log, portal, view)))
}

/// Returns what the page shows. The log is read first: the records are then as new as its revision,
/// or newer.
fn state(log: &Log, portal: &Mutex<Portal>, view: &View) -> Value {
    let requests = log.last(KEPT_ANSWERS);
    let records = records::of(view, &lock(portal));
    state::of(requests, records)
}

/// Answers with all of one request that is shown.
fn logged_request(serial: Option<usize>, log: &Log) -> Answer {
    match serial.and_then(|serial| log.get(serial)) {
        Some(request) => Answer::json(StatusCode::OK, &state::whole_request(&request)),
        None => Answer::json(StatusCode::NOT_FOUND, &json!(null)),
    }
}

/// Escapes JSON so that it cannot close the element that contains it.
fn inside_script(state: &Value) -> String {
    state.to_string().replace('<', "\\u003c")
}

fn number<T: FromStr>(query: &str, name: &str) -> Option<T> {
    view::parameter(query, name)?.parse().ok()
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
