//! An answer in the log, for the page.

use std::sync::OnceLock;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The number of bytes of an answer that are kept.
const MAX_LENGTH: usize = 256 * 1024;

#[derive(Debug)]
pub(crate) struct LoggedAnswer {
    body: Bytes,
    is_cut: bool,
    /// Read when they are shown, or before the answer is cut.
    errors: OnceLock<Errors>,
}

/// The errors in an answer.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    /// The error of the whole request.
    pub(crate) of_request: Option<Map<String, Value>>,
    /// The errors of the calls of a batch, by the ids of the calls.
    pub(crate) of_calls: Map<String, Value>,
}

#[derive(Deserialize)]
struct Refusal {
    error: Map<String, Value>,
}

#[derive(Deserialize)]
struct BatchAnswer {
    data: BatchData,
}

#[derive(Deserialize)]
struct BatchData {
    /// An empty map may be written as a list.
    errors: Value,
}

impl LoggedAnswer {
    pub(crate) fn new(body: Bytes) -> Self {
        if body.len() <= MAX_LENGTH {
            return Self {
                body,
                is_cut: false,
                errors: OnceLock::new(),
            };
        }
        Self {
            // A slice would keep the whole body alive.
            body: Bytes::copy_from_slice(&body.slice(..MAX_LENGTH)),
            is_cut: true,
            errors: Errors::read(&body).into(),
        }
    }

    /// Returns the body as text, up to the first byte that is not UTF-8.
    pub(crate) fn text(&self) -> &str {
        let mut chunks = self.body.utf8_chunks();
        chunks.next().map_or("", |chunk| chunk.valid())
    }

    /// Returns true if [`Self::text`] is not the whole answer.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut || self.text().len() < self.body.len()
    }

    pub(crate) fn errors(&self) -> &Errors {
        self.errors.get_or_init(|| Errors::read(&self.body))
    }
}

impl Errors {
    /// A fault may have replaced the answer by something that is not JSON: it has no errors then.
    fn read(body: &[u8]) -> Self {
        let refusal = serde_json::from_slice(body).ok();
        let batch = serde_json::from_slice(body).ok();
        Self {
            of_request: refusal.map(|refusal: Refusal| refusal.error),
            of_calls: match batch.map(|batch: BatchAnswer| batch.data.errors) {
                Some(Value::Object(errors)) => errors,
                _ => Map::new(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_errors_of_a_long_answer_are_known_although_it_is_cut() {
        let long = "я".repeat(MAX_LENGTH);
        let body =
            json!({ "data": { "results": { "a": long }, "errors": { "b": { "code": "X" } } } });
        let answer = LoggedAnswer::new(body.to_string().into());
        assert_eq!(answer.errors().of_calls["b"]["code"], "X");
        assert!(answer.is_cut() && answer.text().len() <= MAX_LENGTH);
        assert!(body.to_string().starts_with(answer.text()));
    }

    #[test]
    fn an_answer_that_is_not_json_has_no_errors() {
        let answer = LoggedAnswer::new(Bytes::from_static(b"<html>\xff"));
        assert_eq!((answer.text(), answer.is_cut()), ("<html>", true));
        assert!(answer.errors().of_request.is_none() && answer.errors().of_calls.is_empty());
    }
}
