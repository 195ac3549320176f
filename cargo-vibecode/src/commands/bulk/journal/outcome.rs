//! The outcome of a row that failed, and what the outcomes of a batch mean for the job.

use serde::{Deserialize, Serialize};
use vibecode_runtime::{Error, ErrorKind, Outcome};

/// The code of a row that was not sent because it is bad.
pub(crate) const BAD_ROW: &str = "BAD_ROW";

/// A failed row. It contains no value of the row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RowFailure {
    /// The line on which the row begins.
    pub(crate) row: u64,
    /// The API's code, or the kind of failure.
    pub(crate) code: String,
    pub(crate) outcome: RowOutcome,
    pub(crate) message: String,
}

/// Whether the change of a failed row was applied, in the form of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowOutcome {
    NotApplied,
    Unknown,
}

const MAY_BE_APPLIED: &str = "it is not known whether the change was applied";

impl RowFailure {
    pub(crate) fn of(row: u64, error: &Error) -> Self {
        let explanation = error.explanation();
        let (outcome, message) = match error.outcome() {
            Outcome::NotApplied => (RowOutcome::NotApplied, explanation.to_owned()),
            _ => (
                RowOutcome::Unknown,
                format!("{explanation}; {MAY_BE_APPLIED}"),
            ),
        };
        Self {
            row,
            code: code_of(error),
            outcome,
            message,
        }
    }

    /// Returns the row, the code and the message.
    pub(crate) fn in_words(&self) -> String {
        format!("row {}: {} [{}]", self.row, self.message, self.code)
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.outcome == RowOutcome::Unknown
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
pub(crate) enum NextStep {
    /// The rows have their outcomes, and the job continues.
    Continue,
    /// Every row failed for a reason that would hit the next batch too. The rows have no outcome:
    /// they are to be sent again.
    Stop {
        reason: String,
        /// Whether it is certain that nothing was applied.
        is_not_applied: bool,
    },
}

impl NextStep {
    pub(crate) fn of<T>(results: &[Result<T, Error>]) -> Self {
        let errors: Option<Vec<&Error>> =
            results.iter().map(|result| result.as_ref().err()).collect();
        match errors.as_deref() {
            Some(errors @ [first, ..]) if errors.iter().all(|error| affects_every_batch(error)) => {
                let mut outcomes = errors.iter().map(|error| error.outcome());
                Self::Stop {
                    reason: format!("{} [{}]", first.explanation(), code_of(first)),
                    is_not_applied: outcomes.all(|outcome| outcome == Outcome::NotApplied),
                }
            }
            _ => Self::Continue,
        }
    }
}

/// Returns true if the next batch would fail for the same reason: a refused key, an unreachable
/// host.
fn affects_every_batch(error: &Error) -> bool {
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
