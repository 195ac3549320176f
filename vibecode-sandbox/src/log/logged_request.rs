//! A request in the log, and what is known of its outcome.

use std::sync::Arc;

use http::{HeaderMap, Method, StatusCode};

use super::LoggedAnswer;
use crate::{
    api::WriteReport,
    faults::Fault,
    wire::{Request, Route},
};

/// A logged request and its outcome.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// # let sandbox = Sandbox::start().await;
/// sandbox.fault(Fault::drop_after());
/// send(&sandbox, "PATCH contacts/71?x=1", json!({ "post": "Director", "pots": 1 })).await;
/// let request = &sandbox.requests()[0];
/// assert_eq!((request.serial(), request.method().as_str()), (0, "PATCH"));
/// assert_eq!((request.path(), request.query()), ("/v1/contacts/71", Some("x=1")));
/// assert_eq!(request.fault().map(Fault::name), Some("drop_after"));
/// assert!(request.was_applied() && request.is_over() && request.status().is_none());
/// assert_eq!(request.dropped(), ["pots"]);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct LoggedRequest {
    pub(super) serial: usize,
    pub(super) request: Arc<Request>,
    pub(super) report: WriteReport,
    pub(super) fault: Option<Fault>,
    pub(super) status: Option<StatusCode>,
    pub(super) error_code: Option<&'static str>,
    /// Only of the latest requests.
    pub(super) answer: Option<Arc<LoggedAnswer>>,
    pub(super) over: bool,
    /// The revision of the log in which this request last changed.
    pub(super) changed: u64,
}

impl LoggedRequest {
    pub(super) fn new(serial: usize, request: Arc<Request>, revision: u64) -> Self {
        Self {
            serial,
            request,
            report: WriteReport::default(),
            fault: None,
            status: None,
            error_code: None,
            answer: None,
            over: false,
            changed: revision,
        }
    }

    /// Returns the number of requests that arrived before this one, including those that were
    /// cleared.
    #[must_use]
    pub fn serial(&self) -> usize {
        self.serial
    }

    /// Returns the method, such as `PATCH`.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.request.method
    }

    /// Returns the path without the query, such as `/v1/contacts/71`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.request.uri.path()
    }

    /// Returns the part of the URL after the question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.request.uri.query()
    }

    /// Returns all headers. Their `Debug` output hides the key and the session token.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.request.headers
    }

    /// Returns a header by its name, in any case, if its value is visible ASCII text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.get(name)?.to_str().ok()
    }

    /// Returns the raw bytes of the body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.request.body
    }

    /// Returns the body as text; empty if it is not UTF-8.
    #[must_use]
    pub fn body_str(&self) -> &str {
        str::from_utf8(&self.request.body).unwrap_or_default()
    }

    /// Returns the status of the answer; `None` if the connection ended without one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// Returns true if the client has been answered, or never will be. A [late](Fault::late) write
    /// may still be pending.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Returns the error code of the answer.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error_code
    }

    /// Returns true if this was a write that the portal carried out: before the answer, without
    /// one, or [late](Fault::late). A refused write was not applied; a write that repeated existing
    /// values was. A batch was applied if any of its calls was.
    #[must_use]
    pub fn was_applied(&self) -> bool {
        self.report.applied
    }

    /// Returns the ids of the batch's calls that were writes and were carried out, in their order.
    /// For `POST /v1/{entity}/batch`, returns the ids of the records.
    #[must_use]
    pub fn applied_calls(&self) -> &[String] {
        &self.report.applied_calls
    }

    /// Returns the fault that hit the request.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// Returns the keys of the body that had no effect although the answer was 200: unknown,
    /// read-only, a phone with the value null, a date that cannot be parsed; of a list or a search
    /// also a `sort`. The API does not report them. In a batch they are
    /// prefixed with the id of their call: `c1.post`.
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.report.dropped
    }

    /// Returns the answer of one of the latest requests.
    pub(crate) fn answer(&self) -> Option<&LoggedAnswer> {
        self.answer.as_deref()
    }

    pub(crate) fn is_batch(&self) -> bool {
        self.request.route().is_ok_and(Route::is_batch)
    }
}
