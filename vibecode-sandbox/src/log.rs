//! The log of requests and answers, for a test to read.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use http::{HeaderMap, Method, StatusCode};
use tokio::sync::watch;

use crate::{Fault, answer::Answer, call::Call, effects::Effects, lock::lock};

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
    serial: usize,
    call: Arc<Call>,
    effects: Effects,
    fault: Option<Fault>,
    status: Option<StatusCode>,
    error_code: Option<&'static str>,
    over: bool,
    /// The revision of the log in which this request last changed.
    changed: u64,
}

impl LoggedRequest {
    /// Returns the number of requests that arrived before this one, including those that were
    /// cleared.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// send(&sandbox, "GET me", json!({})).await;
    /// assert_eq!(sandbox.requests()[1].serial(), 1);
    /// # }
    /// ```
    #[must_use]
    pub fn serial(&self) -> usize {
        self.serial
    }

    /// Returns the method, such as `PATCH`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(sandbox.requests()[0].method(), "PATCH");
    /// # }
    /// ```
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.call.method
    }

    /// Returns the path without the query, such as `/v1/contacts/71`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(sandbox.requests()[0].path(), "/v1/contacts/71");
    /// # }
    /// ```
    #[must_use]
    pub fn path(&self) -> &str {
        self.call.uri.path()
    }

    /// Returns the part of the URL after the question mark.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "GET contacts?limit=2", json!({})).await;
    /// assert_eq!(sandbox.requests()[0].query(), Some("limit=2"));
    /// # }
    /// ```
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.call.uri.query()
    }

    /// Returns all headers. Their `Debug` output hides the key and the session token.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert!(sandbox.requests()[0].headers().contains_key("X-Api-Key"));
    /// # }
    /// ```
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.call.headers
    }

    /// Returns a header by its name, in any case, if its value is visible ASCII text.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(sandbox.requests()[0].header("x-api-key"), Some(Sandbox::API_KEY));
    /// # }
    /// ```
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.call.headers.get(name)?.to_str().ok()
    }

    /// Returns the raw bytes of the body.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(sandbox.requests()[0].body(), br#"{"post":"Director"}"#);
    /// # }
    /// ```
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.call.body
    }

    /// Returns the body as text; empty if it is not UTF-8.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(sandbox.requests()[0].body_str(), r#"{"post":"Director"}"#);
    /// # }
    /// ```
    #[must_use]
    pub fn body_str(&self) -> &str {
        str::from_utf8(&self.call.body).unwrap_or_default()
    }

    /// Returns the status of the answer; `None` if the connection ended without one.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert_eq!(sandbox.requests()[0].status().map(|status| status.as_u16()), Some(200));
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// Returns true if the client has been answered, or never will be. A [late](Fault::late) write
    /// may still be pending.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert!(sandbox.requests()[0].is_over());
    /// # }
    /// ```
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Returns the error code of the answer.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "GET contacts/404", json!({})).await;
    /// assert_eq!(sandbox.requests()[0].error_code(), Some("ENTITY_NOT_FOUND"));
    /// # }
    /// ```
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error_code
    }

    /// Returns true if this was a write that the portal carried out: before the answer, without
    /// one, or [late](Fault::late). A refused write was not applied; a write that repeated existing
    /// values was. A batch was applied if any of its calls was.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "PATCH contacts/71", json!({ "post": "Director" })).await;
    /// assert!(sandbox.requests()[0].was_applied());
    /// # }
    /// ```
    #[must_use]
    pub fn was_applied(&self) -> bool {
        self.effects.applied
    }

    /// Returns the ids of the batch's calls that were writes and were carried out, in their order.
    /// For `POST /v1/{entity}/batch`, returns the ids of the records.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// let update = json!({ "id": "a", "entity": "contacts", "action": "update", "entityId": 71,
    ///     "params": { "post": "Director" } });
    /// send(&sandbox, "POST batch", json!({ "calls": [update] })).await;
    /// assert_eq!(sandbox.requests()[0].applied_calls(), ["a"]);
    /// # }
    /// ```
    #[must_use]
    pub fn applied_calls(&self) -> &[String] {
        &self.effects.applied_calls
    }

    /// Returns the fault that hit the request.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::delay(std::time::Duration::from_secs(2)));
    /// send(&sandbox, "GET contacts/71", json!({})).await;
    /// assert_eq!(sandbox.requests()[0].fault().map(Fault::name), Some("delay"));
    /// # }
    /// ```
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// Returns the keys of the body that had no effect although the answer was 200: unknown,
    /// read-only, or with the value null. The API does not report them. In a batch they are
    /// prefixed with the id of their call: `c1.post`.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// send(&sandbox, "PATCH contacts/71", json!({ "pots": "Director" })).await;
    /// assert_eq!(sandbox.requests()[0].dropped(), ["pots"]);
    /// # }
    /// ```
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.effects.dropped
    }
}

/// The log of all requests.
#[derive(Debug)]
pub(crate) struct Log {
    entries: Mutex<Entries>,
    /// Notifies watchers of the revision. Without watchers, an update costs a counter.
    revision: watch::Sender<u64>,
    /// The number of requests to keep; the oldest are dropped.
    most: usize,
}

#[derive(Debug, Default)]
struct Entries {
    requests: VecDeque<LoggedRequest>,
    /// The number of requests that were removed: a request may be answered after its removal.
    cleared: usize,
    /// The number of changes so far.
    revision: u64,
}

impl Log {
    pub(crate) fn keeping(most: usize) -> Self {
        Self {
            entries: Mutex::default(),
            revision: watch::Sender::new(0),
            most,
        }
    }

    /// Logs a request and returns its serial number.
    pub(crate) fn open(&self, call: Arc<Call>) -> usize {
        self.change(|entries| {
            let serial = entries.cleared + entries.requests.len();
            entries.requests.push_back(LoggedRequest {
                serial,
                call,
                effects: Effects::default(),
                fault: None,
                status: None,
                error_code: None,
                over: false,
                changed: entries.revision,
            });
            while entries.requests.len() > self.most {
                entries.requests.pop_front();
                entries.cleared += 1;
            }
            serial
        })
    }

    pub(crate) fn hit(&self, serial: usize, fault: Fault) {
        self.amend(serial, |request| request.fault = Some(fault));
    }

    pub(crate) fn carried_out(&self, serial: usize, effects: Effects) {
        self.amend(serial, |request| request.effects = effects);
    }

    pub(crate) fn answered(&self, serial: usize, answer: &Answer) {
        self.amend(serial, |request| {
            request.status = Some(answer.status);
            request.error_code = answer.error_code;
            request.over = true;
        });
    }

    /// Marks a request that will never be answered.
    pub(crate) fn abandoned(&self, serial: usize) {
        self.amend(serial, |request| request.over = true);
    }

    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        lock(&self.entries).requests.iter().cloned().collect()
    }

    /// Returns the last requests, newest first, the number of all requests, and the current
    /// revision.
    pub(crate) fn last(&self, most: usize) -> (Vec<LoggedRequest>, usize, u64) {
        let entries = lock(&self.entries);
        let last = entries.requests.iter().rev().take(most).cloned();
        let count = entries.cleared + entries.requests.len();
        (last.collect(), count, entries.revision)
    }

    /// Returns the requests that arrived or changed after this revision, and the current revision.
    pub(crate) fn since(&self, revision: u64) -> (Vec<LoggedRequest>, u64) {
        let entries = lock(&self.entries);
        let changed = entries.requests.iter();
        let changed = changed.filter(|request| request.changed > revision);
        (changed.cloned().collect(), entries.revision)
    }

    /// Returns a receiver of every new revision.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    pub(crate) fn clear(&self) {
        self.change(|entries| {
            entries.cleared += entries.requests.len();
            entries.requests.clear();
        });
    }

    fn amend(&self, serial: usize, change: impl FnOnce(&mut LoggedRequest)) {
        self.change(|entries| {
            let index = serial.checked_sub(entries.cleared);
            if let Some(request) = index.and_then(|index| entries.requests.get_mut(index)) {
                change(request);
                request.changed = entries.revision;
            }
        });
    }

    fn change<T>(&self, act: impl FnOnce(&mut Entries) -> T) -> T {
        let mut entries = lock(&self.entries);
        entries.revision += 1;
        let result = act(&mut entries);
        // Under the lock, so that revisions are sent in order.
        self.revision.send_replace(entries.revision);
        result
    }
}
