//! What became of a row that failed.

use serde::{Deserialize, Serialize};
use vibecode_runtime::{Error, ErrorCode, ErrorKind, Outcome};

/// The code of a row that was not sent since it is bad.
pub(super) const BAD_ROW: &str = "BAD_ROW";

/// A row that failed. No value of the row is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RowFailure {
    /// The line on which the row begins.
    pub(super) row: u64,
    /// The API's code, or what kind of failure it is.
    pub(super) code: String,
    /// `not_applied` or `unknown`.
    pub(super) outcome: String,
    pub(super) message: String,
}

const NOT_APPLIED: &str = "not_applied";
const UNKNOWN: &str = "unknown";

impl RowFailure {
    pub(super) fn of(row: u64, error: &Error) -> Self {
        let code = error.code().map_or_else(
            || screaming(&format!("{:?}", error.kind())),
            |code| code.as_str().to_owned(),
        );
        let outcome = match error.outcome() {
            Outcome::NotApplied => NOT_APPLIED,
            _ => UNKNOWN,
        };
        Self {
            row,
            code,
            outcome: outcome.to_owned(),
            message: without_call(&error.to_string()),
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.outcome == UNKNOWN
    }
}

/// `NotJson` as the API would write it: `NOT_JSON`.
fn screaming(name: &str) -> String {
    let mut code = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.push(letter.to_ascii_uppercase());
    }
    code
}

/// A message without the call that it begins with, such as `update contacts/71 in a batch`: that
/// names the record, and makes every row's message another one.
fn without_call(message: &str) -> String {
    const CALLS: [&str; 4] = ["update ", "get ", "POST batch", "PATCH "];
    let is_call = CALLS.iter().any(|call| message.starts_with(call));
    match message.split_once(": ") {
        Some((_, rest)) if is_call => rest.to_owned(),
        _ => message.to_owned(),
    }
}

/// What the results of a batch say of the run.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The rows have their outcomes, and the run goes on.
    GoOn,
    /// Nothing was applied, and nothing will be: the rows stay to be sent.
    ReturnAndStop(String),
    /// Nobody knows what was applied: the rows stay open.
    LeaveAndStop(String),
}

impl Verdict {
    pub(super) fn of<T>(results: &[Result<T, Error>]) -> Self {
        let errors: Option<Vec<&Error>> =
            results.iter().map(|result| result.as_ref().err()).collect();
        let Some(errors) = errors else {
            return Self::GoOn;
        };
        let Some(first) = errors.first() else {
            return Self::GoOn;
        };
        let reason = without_call(&first.to_string());
        if !errors.iter().all(|error| concerns_all(error)) {
            return Self::GoOn;
        }
        let is_applied_nowhere = errors
            .iter()
            .all(|error| error.outcome() == Outcome::NotApplied);
        if is_applied_nowhere {
            Self::ReturnAndStop(reason)
        } else {
            Self::LeaveAndStop(reason)
        }
    }
}

/// Whether an error would meet the next batch too: a key that is refused, a host that is not there.
fn concerns_all(error: &Error) -> bool {
    let kinds = [
        ErrorKind::Configuration,
        ErrorKind::Session,
        ErrorKind::Throttle,
        ErrorKind::Connect,
    ];
    let is_refused = |status| matches!(status, Some(401 | 403));
    let of_request = error.status().map(|status| status.as_u16());
    // Of one call of a batch it may be about the record alone.
    let of_call = error.code().filter(|code| {
        !matches!(
            code,
            ErrorCode::AccessDenied | ErrorCode::BitrixAccessDenied
        )
    });
    kinds.contains(&error.kind())
        || is_refused(of_request)
        || is_refused(of_call.and_then(ErrorCode::usual_status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_reads_as_a_code() {
        assert_eq!(screaming("NotJson"), "NOT_JSON");
        assert_eq!(screaming("Timeout"), "TIMEOUT");
    }

    #[test]
    fn a_message_does_not_name_the_record() {
        let message = "update contacts/71 in a batch: there is no such record: x [404 A]";
        assert_eq!(without_call(message), "there is no such record: x [404 A]");
        assert_eq!(without_call("no key: set one"), "no key: set one");
    }
}
