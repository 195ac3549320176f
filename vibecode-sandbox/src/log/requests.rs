//! The logged requests.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::sync::watch;

use super::{LoggedAnswer, LoggedRequest};
use crate::{
    api::WriteReport,
    faults::Fault,
    lock::lock,
    wire::{Answer, Request},
};

/// The number of the latest requests that are kept with their answers, which only the page shows.
pub(crate) const KEPT_ANSWERS: usize = 200;

#[derive(Debug)]
pub(crate) struct Log {
    contents: Mutex<Contents>,
    /// Notifies watchers of the revision. Without watchers, an update costs a counter.
    revision: watch::Sender<u64>,
    /// The number of requests to keep; the oldest are dropped.
    limit: usize,
}

#[derive(Debug, Default)]
struct Contents {
    requests: VecDeque<LoggedRequest>,
    /// The number of requests that were removed: a request may be answered after its removal.
    cleared: usize,
    /// The number of changes so far.
    revision: u64,
}

impl Log {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            contents: Mutex::default(),
            revision: watch::Sender::new(0),
            limit,
        }
    }

    /// Logs a request and returns its serial number.
    pub(crate) fn add(&self, request: Arc<Request>) -> usize {
        self.change(|contents| {
            let serial = contents.cleared + contents.requests.len();
            let logged = LoggedRequest::new(serial, request, contents.revision);
            contents.requests.push_back(logged);
            while contents.requests.len() > self.limit {
                contents.requests.pop_front();
                contents.cleared += 1;
            }
            let too_old = contents.requests.len().checked_sub(KEPT_ANSWERS + 1);
            if let Some(request) = too_old.and_then(|index| contents.requests.get_mut(index)) {
                request.answer = None;
            }
            serial
        })
    }

    pub(crate) fn set_fault(&self, serial: usize, fault: Fault) {
        self.update(serial, |request| request.fault = Some(fault));
    }

    pub(crate) fn set_report(&self, serial: usize, report: WriteReport) {
        self.update(serial, |request| request.report = report);
    }

    pub(crate) fn set_answer(&self, serial: usize, answer: &Answer) {
        let logged = Arc::new(LoggedAnswer::new(answer.body.clone()));
        self.update(serial, |request| {
            request.answer = Some(logged);
            request.status = Some(answer.status);
            request.error_code = answer.error_code;
            request.over = true;
        });
    }

    pub(crate) fn set_unanswered(&self, serial: usize) {
        self.update(serial, |request| request.over = true);
    }

    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        lock(&self.contents).requests.iter().cloned().collect()
    }

    /// Returns the last requests, newest first, the number of all requests, and the current
    /// revision.
    pub(crate) fn last(&self, limit: usize) -> (Vec<LoggedRequest>, usize, u64) {
        let contents = lock(&self.contents);
        let last = contents.requests.iter().rev().take(limit).cloned();
        let count = contents.cleared + contents.requests.len();
        (last.collect(), count, contents.revision)
    }

    /// Returns the request with this serial number, unless it was removed.
    pub(crate) fn get(&self, serial: usize) -> Option<LoggedRequest> {
        let contents = lock(&self.contents);
        let index = serial.checked_sub(contents.cleared)?;
        contents.requests.get(index).cloned()
    }

    /// Returns the requests that arrived or changed after this revision, and the current revision.
    pub(crate) fn since(&self, revision: u64) -> (Vec<LoggedRequest>, u64) {
        let contents = lock(&self.contents);
        let changed = contents.requests.iter();
        let changed = changed.filter(|request| request.changed > revision);
        (changed.cloned().collect(), contents.revision)
    }

    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    pub(crate) fn clear(&self) {
        self.change(|contents| {
            contents.cleared += contents.requests.len();
            contents.requests.clear();
        });
    }

    fn update(&self, serial: usize, change: impl FnOnce(&mut LoggedRequest)) {
        self.change(|contents| {
            let index = serial.checked_sub(contents.cleared);
            if let Some(request) = index.and_then(|index| contents.requests.get_mut(index)) {
                change(request);
                request.changed = contents.revision;
            }
        });
    }

    fn change<T>(&self, apply: impl FnOnce(&mut Contents) -> T) -> T {
        let mut contents = lock(&self.contents);
        contents.revision += 1;
        let result = apply(&mut contents);
        // Under the lock, so that revisions are sent in order.
        self.revision.send_replace(contents.revision);
        result
    }
}
