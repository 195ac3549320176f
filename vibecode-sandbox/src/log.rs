//! What was asked and what was answered, for a test to read.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use http::{HeaderMap, Method, StatusCode};
use tokio::sync::watch;

use crate::{Fault, answer::Answer, call::Call, effects::Effects, lock::lock};

/// One request and what became of it.
#[derive(Debug, Clone)]
pub struct LoggedRequest {
    serial: usize,
    call: Arc<Call>,
    effects: Effects,
    fault: Option<Fault>,
    status: Option<StatusCode>,
    error_code: Option<&'static str>,
    over: bool,
    /// The revision of the log in which this last changed.
    changed: u64,
}

impl LoggedRequest {
    /// How many requests came in before this one, those that were cleared among them.
    #[must_use]
    pub fn serial(&self) -> usize {
        self.serial
    }

    /// The method, such as `PATCH`.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.call.method
    }

    /// The path without the query, such as `/v1/contacts/71`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.call.uri.path()
    }

    /// What follows the question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.call.uri.query()
    }

    /// All headers. Their `Debug` leaves the key and the session token out.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.call.headers
    }

    /// One header, in whatever case its name is given, where it is visible text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.call.headers.get(name)?.to_str().ok()
    }

    /// The body, byte by byte as it came.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.call.body
    }

    /// The body as text; empty where it is not UTF-8.
    #[must_use]
    pub fn body_str(&self) -> &str {
        str::from_utf8(&self.call.body).unwrap_or_default()
    }

    /// The status of the answer; `None` where the connection ended without one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// Whether all is said to the client: it was answered, or never will be. A
    /// [late](Fault::late) write may still be to come.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The code of the error that was answered.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error_code
    }

    /// Whether this was a write that the portal carried out: before the answer, without one, or
    /// [late](Fault::late). One that was refused was not; one that only repeated what was there
    /// was. Of a batch: whether any of its calls was.
    #[must_use]
    pub fn was_applied(&self) -> bool {
        self.effects.applied
    }

    /// The ids of the batch's calls that were writes and were carried out, in their order. Of
    /// `POST /v1/{entity}/batch`: the ids of the records.
    #[must_use]
    pub fn applied_calls(&self) -> &[String] {
        &self.effects.applied_calls
    }

    /// The fault that hit the request.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// The keys of the body that had no effect although the answer was 200: unknown, read-only, or
    /// with the value null. The API says nothing of them. Those of a batch have the id of their call
    /// before them: `c1.post`.
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.effects.dropped
    }
}

/// Every request so far.
#[derive(Debug)]
pub(crate) struct Log {
    entries: Mutex<Entries>,
    /// The revision, for those who watch. Where nobody does, telling costs a counter.
    revision: watch::Sender<u64>,
    /// How many are kept; the oldest are forgotten.
    most: usize,
}

#[derive(Debug, Default)]
struct Entries {
    requests: VecDeque<LoggedRequest>,
    /// How many were cleared away: a request may be answered after that.
    cleared: usize,
    /// How many changes there were.
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

    /// Logs a request that came in, and gives its serial number.
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

    /// There will be no answer.
    pub(crate) fn abandoned(&self, serial: usize) {
        self.amend(serial, |request| request.over = true);
    }

    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        lock(&self.entries).requests.iter().cloned().collect()
    }

    /// The last requests, the newest first, how many there were, and the revision that shows them.
    pub(crate) fn last(&self, most: usize) -> (Vec<LoggedRequest>, usize, u64) {
        let entries = lock(&self.entries);
        let last = entries.requests.iter().rev().take(most).cloned();
        let count = entries.cleared + entries.requests.len();
        (last.collect(), count, entries.revision)
    }

    /// The requests that came in or changed after this revision, and the revision that shows them.
    pub(crate) fn since(&self, revision: u64) -> (Vec<LoggedRequest>, u64) {
        let entries = lock(&self.entries);
        let changed = entries.requests.iter();
        let changed = changed.filter(|request| request.changed > revision);
        (changed.cloned().collect(), entries.revision)
    }

    /// Tells of every new revision.
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
        // Under the lock, so that revisions are told in their order.
        self.revision.send_replace(entries.revision);
        result
    }
}
