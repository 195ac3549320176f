//! What has happened: every request that was seen, and every application to a record.

use std::{fmt::Write as _, time::Duration};

use serde_json::Value;

/// A request, or what was seen of one.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Which client sent it: its `User-Agent`.
    pub client: String,
    /// GET, POST, PATCH or DELETE; empty if its head never came whole.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// The body, if all of it came and it is JSON.
    pub body: Value,
    /// The records it writes to: entity and id.
    pub writes: Vec<(String, u64)>,
    /// Its first byte came.
    pub arrived: Duration,
    /// Its last byte came.
    pub complete: Option<Duration>,
    /// The API began it.
    pub begun: Option<Duration>,
    /// The last byte of its answer was handed to the connection.
    pub answered: Option<Duration>,
    /// Its connection was seen to be closed.
    pub closed: Option<Duration>,
    /// How many seconds its answer asks to wait, if it is a 429 or a batch in which a call has one.
    pub asks_for: Option<u64>,
    /// What it was answered: a status, or what happened instead.
    pub fate: String,
}

impl Seen {
    /// When the client was done with it, as far as that can be seen.
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
    /// When.
    pub at: Duration,
    /// The request's index among those seen.
    pub request: usize,
    /// 0 for the request itself, above that for the API's own repeats.
    pub repeat: u32,
    /// The record.
    pub entity: String,
    /// Its id.
    pub id: u64,
    /// Fields that were set, with their values.
    pub set: Vec<(String, Value)>,
    /// Phones and emails that were added: kind, and value as it was sent.
    pub added: Vec<(String, String)>,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The requests, in the order in which their first bytes came.
    pub seen: Vec<Seen>,
    /// The applications, in their order.
    pub applied: Vec<Applied>,
    /// When connections were closed unread.
    pub hung_up: Vec<Duration>,
    lines: Vec<(Duration, String)>,
}

impl Ledger {
    /// Adds a line to the timeline.
    pub fn note(&mut self, at: Duration, line: String) {
        self.lines.push((at, line));
    }

    /// The timeline, of the lines that hold one of some words if there are any.
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
