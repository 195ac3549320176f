//! The answers of the server, and how they are sent.

use std::time::Duration;

use serde_json::{Value, json};

use super::{dice::Dice, fate::Fate, rules::HeaderRules, show};

/// How an answer is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As it is.
    Whole,
    /// In two halves with a pause between them.
    Slow(Duration),
    /// Half of it, then the connection closes.
    Cut,
    /// Nothing, and the connection closes.
    Lost,
    /// Nothing, and the connection is reset.
    Reset,
    /// Nothing, until the other side closes.
    Stalled,
    /// As much of it as the other side reads.
    Endless,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers without the length.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
    /// How it is sent.
    pub manner: Manner,
}

/// Text that no error may show: it is part of every message and hint of the world.
pub const CONFIDENTIAL: &str = "confidential";

impl Answer {
    /// An answer in JSON.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("Content-Type", "application/json; charset=utf-8".to_owned())];
        Self {
            status,
            headers,
            body: show::text(body),
            manner: Manner::Whole,
        }
    }

    /// `{"success": true, "data": …}`.
    #[must_use]
    pub fn data(status: u16, data: &Value) -> Self {
        Self::json(status, &json!({"success": true, "data": data}))
    }

    /// `{"success": false, "error": {"code": …}}`.
    #[must_use]
    pub fn error(status: u16, code: &str) -> Self {
        Self::json(status, &json!({"success": false, "error": problem(code)}))
    }

    /// Returns the same answer, sent in another way.
    #[must_use]
    pub fn by(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }

    /// Turns the answer of a successful request into the answer of this fate.
    #[must_use]
    pub fn of(fate: Fate, fine: Self, headers: &HeaderRules, dice: &mut Dice) -> Self {
        match fate {
            Fate::Fine | Fate::OtherRecord | Fate::OldRecord => fine,
            Fate::Refused(status, code) | Fate::Failed(status, code) => Self::error(status, code),
            Fate::Behind(status, code, b24) => {
                let mut error = problem(code);
                if b24 {
                    error["b24Code"] = json!("ERROR_CORE");
                }
                Self::json(status, &json!({"success": false, "error": error}))
            }
            Fate::Limited(seconds) => {
                let absurd = dice.chance(headers.absurd_retry_after);
                limited(if absurd { Some(100_000) } else { seconds })
            }
            Fate::Lost | Fate::Late => fine.by(Manner::Lost),
            Fate::Reset => fine.by(Manner::Reset),
            Fate::Cut => fine.by(Manner::Cut),
            Fate::Stalled => fine.by(Manner::Stalled),
            Fate::Oversized => fine.by(Manner::Endless),
            Fate::Page(status) => page(status),
            Fate::PassedOn(status) => Self { status, ..fine },
            Fate::Empty => Self {
                body: String::new(),
                ..fine
            },
            Fate::Bare => Self::json(200, &json!({"status": "ok"})),
        }
    }
}

/// An error in the form of the envelope and of a batch.
#[must_use]
pub fn problem(code: &str) -> Value {
    json!({
        "code": code,
        "message": format!("Ошибка: {CONFIDENTIAL}"),
        "hint": format!("the {CONFIDENTIAL} hint"),
    })
}

/// 429 as documented.
#[must_use]
pub fn limited(seconds: Option<u64>) -> Answer {
    let mut error = problem("RATE_LIMITED");
    if let Some(seconds) = seconds {
        error["retryAfter"] = json!(seconds);
    }
    let mut answer = Answer::json(429, &json!({"success": false, "error": error}));
    answer
        .headers
        .extend(seconds.map(|seconds| ("Retry-After", seconds.to_string())));
    answer
}

fn page(status: u16) -> Answer {
    let body = match status {
        202 | 204 => String::new(),
        _ => format!("<html><body><h1>{status}</h1>{CONFIDENTIAL}</body></html>"),
    };
    let mut headers = vec![("Content-Type", "text/html".to_owned())];
    if (300..400).contains(&status) {
        headers.push(("Location", "/v1/elsewhere".to_owned()));
    }
    Answer {
        status,
        headers,
        body,
        manner: Manner::Whole,
    }
}

/// The wait in seconds that an answer requests: that of a 429, or the longest of the calls of a batch.
#[must_use]
pub fn asks_for(answer: &Answer) -> Option<u64> {
    let body: Value = serde_json::from_str(&answer.body).ok()?;
    let one = |error: &Value| error.get("retryAfter").and_then(Value::as_u64);
    if answer.status == 429 {
        return one(body.get("error")?);
    }
    let errors = body.get("data")?.get("errors")?.as_object()?;
    errors.values().filter_map(one).max()
}
