//! The outcome of a row that failed, and what the outcomes of a batch mean for the job.

use serde::{Deserialize, Serialize};
use vibecode_runtime::{Error, ErrorKind, Outcome};

/// The code of a row that was not sent because it is bad.
pub(super) const BAD_ROW: &str = "BAD_ROW";

/// A failed row. It contains no value of the row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RowFailure {
    /// The line on which the row begins.
    pub(super) row: u64,
    /// The API's code, or the kind of failure.
    pub(super) code: String,
    /// `not_applied` or `unknown`.
    pub(super) outcome: String,
    pub(super) message: String,
}

const NOT_APPLIED: &str = "not_applied";
const UNKNOWN: &str = "unknown";
const MAY_BE_APPLIED: &str = "it is not known whether the change was applied";

impl RowFailure {
    pub(super) fn of(row: u64, error: &Error) -> Self {
        let explanation = error.explanation();
        let (outcome, message) = match error.outcome() {
            Outcome::NotApplied => (NOT_APPLIED, explanation.to_owned()),
            _ => (UNKNOWN, format!("{explanation}; {MAY_BE_APPLIED}")),
        };
        Self {
            row,
            code: code_of(error),
            outcome: outcome.to_owned(),
            message,
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.outcome == UNKNOWN
    }
}

/// Returns the API's code, or the kind of the failure in the same spelling. A code that does not
/// look like one may contain anything, including values of the row.
fn code_of(error: &Error) -> String {
    let code = error.code().filter(|code| code.looks_like_a_code());
    code.map_or_else(
        || error.kind().as_str().to_ascii_uppercase(),
        |code| code.as_str().to_owned(),
    )
}

/// What the results of a batch mean for the job.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The rows have their outcomes, and the job continues.
    GoOn,
    /// Every row failed for a reason that would hit the next batch too. The rows have no outcome:
    /// they are to be sent again.
    Stop {
        reason: String,
        /// Whether it is certain that nothing was applied.
        is_not_applied: bool,
    },
}

impl Verdict {
    pub(super) fn of<T>(results: &[Result<T, Error>]) -> Self {
        let errors: Option<Vec<&Error>> =
            results.iter().map(|result| result.as_ref().err()).collect();
        match errors.as_deref() {
            Some(errors @ [first, ..]) if errors.iter().all(|error| concerns_all(error)) => {
                let mut outcomes = errors.iter().map(|error| error.outcome());
                Self::Stop {
                    reason: format!("{} [{}]", first.explanation(), code_of(first)),
                    is_not_applied: outcomes.all(|outcome| outcome == Outcome::NotApplied),
                }
            }
            _ => Self::GoOn,
        }
    }
}

/// Returns true if the next batch would fail for the same reason: a refused key, an unreachable
/// host.
fn concerns_all(error: &Error) -> bool {
    let kinds = [
        ErrorKind::Configuration,
        ErrorKind::Session,
        ErrorKind::Throttle,
        ErrorKind::Connect,
    ];
    // A call of a batch has no separate status: this is the status of the whole batch.
    let is_forbidden = error.status().is_some_and(|status| status.as_u16() == 403);
    kinds.contains(&error.kind()) || error.refuses_the_key() || is_forbidden
}
