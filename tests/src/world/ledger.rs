//! The ledger of a run: every request that the server saw, and every application to a record.

use std::{fmt::Write as _, time::Duration};

use serde_json::Value;

/// A request, or the part of it that the server saw.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The client that sent it: its `User-Agent`.
    pub client: String,
    /// GET, POST, PATCH or DELETE; empty if its head never arrived completely.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// The body, if all of it arrived and it is JSON.
    pub body: Value,
    /// The records it writes to: entity and id.
    pub writes: Vec<(String, u64)>,
    /// When its first byte arrived.
    pub arrived: Duration,
    /// When its last byte arrived.
    pub complete: Option<Duration>,
    /// When the API began it.
    pub begun: Option<Duration>,
    /// When the last byte of its answer was written to the connection.
    pub answered: Option<Duration>,
    /// When the server saw that its connection was closed.
    pub closed: Option<Duration>,
    /// The wait in seconds that its answer requests, if it is a 429 or a batch in which a call has one.
    pub asks_for: Option<u64>,
    /// The status of its answer, or what happened instead.
    pub fate: String,
}

impl Seen {
    /// Returns when the client had finished with it, as far as the server can know.
    #[must_use]
    pub fn end(&self) -> Option<Duration> {
        match (self.answered, self.closed) {
            (Some(answered), Some(closed)) => Some(answered.min(closed)),
            (answered, closed) => answered.or(closed),
        }
    }
}

/// One application of a request to a record.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The time of the application.
    pub at: Duration,
    /// The request's index in the ledger.
    pub request: usize,
    /// 0 for the request itself, 1 and more for the API's own repeats.
    pub repeat: u32,
    /// The record.
    pub entity: String,
    /// Its id.
    pub id: u64,
    /// The fields that were set, with their values.
    pub set: Vec<(String, Value)>,
    /// The phones and emails that were added: the kind, and the value as it was sent.
    pub added: Vec<(String, String)>,
}

/// The whole ledger.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The requests, in the order in which their first bytes arrived.
    pub seen: Vec<Seen>,
    /// The applications, in their order.
    pub applied: Vec<Applied>,
    /// When the server closed connections without reading them.
    pub hung_up: Vec<Duration>,
    lines: Vec<(Duration, String)>,
}

impl Ledger {
    /// Adds a line to the timeline.
    pub fn note(&mut self, at: Duration, line: String) {
        self.lines.push((at, line));
    }

    /// Returns the timeline; if words are given, only the lines that contain one of them.
    #[must_use]
    pub fn timeline(&self, words: &[String]) -> String {
        let mut text = String::new();
        for (at, line) in &self.lines {
            if words.is_empty() || words.iter().any(|word| line.contains(word)) {
                let _ = writeln!(text, "{:>9.3} {line}", at.as_secs_f64());
            }
        }
        text
    }
}
