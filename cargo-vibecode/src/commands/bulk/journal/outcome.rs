//! The outcome of a row that failed, and what the outcomes of a batch mean for the job.

use serde::{Deserialize, Serialize};
use vibecode_runtime::{Error, ErrorKind, Outcome};

use crate::{
    api_words::ApiWords,
    change::entries::EntryRules,
    commands::bulk::{
        input::columns::Columns,
        row_name::{record_name, row_name},
        send::batch::{RowError, WhyRead},
    },
    record_batch::NotRead,
    verify::{Difference, DifferenceProblem, is_similar_after_sending},
};

/// The code of a row that was not sent because it is bad.
pub(crate) const BAD_ROW: &str = "BAD_ROW";
/// The code of a row that the API reported as a success, if the record does not have its values.
const NOT_TAKEN: &str = "NOT_TAKEN";
/// The code of a row of which a phone or an email is there more than once.
const REPEATED: &str = "REPEATED";
/// The code of a row that the API reported as a success, if the record could not be read.
const NOT_VERIFIED: &str = "NOT_VERIFIED";
/// The code of a row for which the run has ended without a result.
const NO_RESULT: &str = "NO_RESULT";

/// The code of a row that was done, and whose record has another value now.
const OVERTAKEN: &str = "OVERTAKEN";
/// The code of a row of which somebody else has changed the record since: a row of an undo, one that was sent before without
/// an answer, or one after another row about the record.
const CHANGED_SINCE: &str = "CHANGED_SINCE";
/// The code of a row of an undo of which the record could not be read before.
const NOT_COMPARED: &str = "NOT_COMPARED";
/// The code of a row that sets a stage that is not known to be one of the pipeline of its record.
const OTHER_PIPELINE: &str = "OTHER_PIPELINE";
/// The code of a row of which the record has a similar phone.
const SIMILAR_PHONE: &str = "SIMILAR_PHONE";
/// The code of a row that adds what an earlier row adds, or sets a stage of the pipeline that it sets, which has failed.
const EARLIER_ROW_FAILED: &str = "EARLIER_ROW_FAILED";

/// A failed row. It contains no value of the row, but the API's own words may quote one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RowFailure {
    /// The number of the row.
    pub(crate) row: u64,
    /// The record that the row is about, such as `contacts/71`. The journal has no value of a row, and no id of it.
    #[serde(skip)]
    pub(crate) record: Option<String>,
    /// The columns that are not as they were sent, by their names in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<String>,
    /// The API's code, or the kind of failure.
    pub(crate) code: String,
    pub(crate) outcome: RowOutcome,
    pub(crate) message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) api: Option<ApiWords>,
    /// Whether the record has the phones and emails that the row adds. Earlier journals do not say it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) has_additions: bool,
}

/// Whether the change of a failed row was applied, in the form of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowOutcome {
    NotApplied,
    Unknown,
    /// The row was sent, and the record does not show all of it.
    NotAsSent,
    /// The API reported a success or did not answer, and the record could not be read.
    NotVerified,
}

const MAY_BE_APPLIED: &str = "it is not known whether the change was applied";

/// Returns the outcome of a row that was not sent now. `was_sent` is whether an earlier process has sent it, without an
/// answer.
fn outcome_of_unsent(was_sent: bool) -> RowOutcome {
    if was_sent {
        RowOutcome::NotVerified
    } else {
        RowOutcome::NotApplied
    }
}

/// Returns that a row was not sent now, in words.
fn not_sent(was_sent: bool) -> &'static str {
    if was_sent {
        "the row, which was sent before and had no answer, was not sent again"
    } else {
        "the row was not sent"
    }
}

/// Returns the columns of fields by their names in the file.
fn columns_of<'f>(fields: impl IntoIterator<Item = &'f str>, columns: &Columns<'_>) -> String {
    let columns = fields.into_iter().map(|field| columns.of_field(field));
    columns.collect::<Vec<String>>().join(", ")
}

impl RowFailure {
    /// `id` is that of the record.
    pub(crate) fn of(row: u64, id: u64, error: &RowError, columns: &Columns<'_>) -> Self {
        Self {
            record: Some(record_name(columns.entity(), id)),
            has_additions: !error.may_lack_additions(),
            ..Self::described(row, error, columns)
        }
    }

    fn described(row: u64, error: &RowError, columns: &Columns<'_>) -> Self {
        match error {
            RowError::Failed(error) => Self::of_error(row, error, columns.rules()),
            RowError::NotAsSent(differences) => Self::of_differences(row, differences, columns),
            RowError::Superseded(superseded) => {
                Self::of_differences(row, &superseded.differences(), columns)
            }
            RowError::NoResult => Self::without_result(row),
            RowError::ChangedSince { fields, was_sent } => {
                Self::changed_since(row, fields, *was_sent, columns)
            }
            RowError::ChangedWhileOpen(fields) => Self::changed_while_open(row, fields, columns),
            RowError::ChangedBetweenRows(fields) => {
                Self::changed_between_rows(row, fields, columns)
            }
            RowError::NotCompared { not_read, was_sent } => {
                Self::not_compared(row, not_read, *was_sent)
            }
            RowError::NotReadBefore { not_read, was_sent } => {
                Self::not_read_before(row, not_read, *was_sent)
            }
            RowError::NotFoundBefore {
                not_read,
                why_read,
                was_sent,
            } => Self::not_found_before(row, not_read, *why_read, *was_sent),
            RowError::OtherPipeline { stage, was_sent } => Self {
                column: Some(columns.of_field(&stage.field)),
                outcome: outcome_of_unsent(*was_sent),
                message: stage.problem.explain(not_sent(*was_sent)),
                ..Self::with_code(row, OTHER_PIPELINE)
            },
            RowError::PipelineNotSet { number } => Self::pipeline_not_set(row, *number),
            RowError::EarlierFailed { number, is_sent } => {
                Self::earlier_failed(row, *number, *is_sent)
            }
            RowError::Overtaken(differences) => Self::overtaken(row, differences, columns),
            RowError::NotRead(not_read) => Self::not_verified(row, not_read),
        }
    }

    fn without_result(row: u64) -> Self {
        Self {
            outcome: RowOutcome::Unknown,
            message: format!("the client returned no result for this row; {MAY_BE_APPLIED}"),
            ..Self::with_code(row, NO_RESULT)
        }
    }

    fn not_compared(row: u64, not_read: &NotRead, was_sent: bool) -> Self {
        Self {
            outcome: outcome_of_unsent(was_sent),
            message: format!(
                "the record could not be read to see whether it was changed since, so {}: {}",
                not_sent(was_sent),
                not_read.explanation()
            ),
            api: not_read.words(),
            ..Self::with_code(row, NOT_COMPARED)
        }
    }

    fn not_read_before(row: u64, not_read: &NotRead, was_sent: bool) -> Self {
        Self {
            outcome: outcome_of_unsent(was_sent),
            message: format!(
                "the record could not be read before the row, so {}: {}",
                not_sent(was_sent),
                not_read.explanation()
            ),
            api: not_read.words(),
            ..Self::with_code(row, &not_read.code())
        }
    }

    fn pipeline_not_set(row: u64, earlier: u64) -> Self {
        Self {
            message: format!(
                "row {earlier} sets the pipeline of the record and has failed, so this row, which sets a stage of that pipeline, was not sent: run both failed rows again"
            ),
            ..Self::with_code(row, EARLIER_ROW_FAILED)
        }
    }

    fn earlier_failed(row: u64, earlier: u64, is_sent: bool) -> Self {
        Self {
            message: format!(
                "row {earlier} adds the same phone or email to the record and has failed, so it is not known to be there: run both failed rows again"
            ),
            outcome: if is_sent {
                RowOutcome::NotAsSent
            } else {
                RowOutcome::NotApplied
            },
            ..Self::with_code(row, EARLIER_ROW_FAILED)
        }
    }

    fn not_verified(row: u64, not_read: &NotRead) -> Self {
        Self {
            outcome: RowOutcome::NotVerified,
            message: format!(
                "the API reported a success, but the record could not be read to check it: {}",
                not_read.explanation()
            ),
            api: not_read.words(),
            ..Self::with_code(row, NOT_VERIFIED)
        }
    }

    fn changed_since(row: u64, fields: &[String], was_sent: bool, columns: &Columns<'_>) -> Self {
        let columns = columns_of(fields.iter().map(String::as_str), columns);
        let not_sent = not_sent(was_sent);
        Self {
            message: format!(
                "{columns}: the record has neither the old value nor the one that the job wrote, so it was changed since, and {not_sent}: look at it, and to undo it too, run the file of failed rows with --overwrite-newer"
            ),
            column: Some(columns),
            // As an open row of a job: see `changed_while_open`.
            outcome: if was_sent {
                RowOutcome::NotAsSent
            } else {
                RowOutcome::NotApplied
            },
            ..Self::with_code(row, CHANGED_SINCE)
        }
    }

    fn changed_while_open(row: u64, fields: &[String], columns: &Columns<'_>) -> Self {
        let columns = columns_of(fields.iter().map(String::as_str), columns);
        Self {
            message: format!(
                "{columns}: the row was sent before and had no answer, and the record has neither the old value nor the one of the row, so it was changed since: the row was not sent again. Look at the record, and to replace what it has, run the file of failed rows"
            ),
            column: Some(columns),
            outcome: RowOutcome::NotAsSent,
            ..Self::with_code(row, CHANGED_SINCE)
        }
    }

    fn changed_between_rows(row: u64, fields: &[String], columns: &Columns<'_>) -> Self {
        let columns = columns_of(fields.iter().map(String::as_str), columns);
        Self {
            message: format!(
                "{columns}: the record has neither the value from before the job nor one that the rows of the file set, so it was changed since an earlier row, and the row was not sent. Look at the record, and to replace what it has, run the file of failed rows"
            ),
            column: Some(columns),
            ..Self::with_code(row, CHANGED_SINCE)
        }
    }

    fn not_found_before(row: u64, not_read: &NotRead, why_read: WhyRead, was_sent: bool) -> Self {
        let (read, option) = match why_read {
            WhyRead::OldValues => ("its old values were read", "--no-backup"),
            WhyRead::Written => (
                "it was read to see whether it was changed since",
                "--overwrite-newer",
            ),
        };
        Self {
            message: format!(
                "the record was not found when {read}, so {}: {}. If it exists, run the file of failed rows, with {option} if it is not found again",
                not_sent(was_sent),
                not_read.explanation()
            ),
            api: not_read.words(),
            outcome: outcome_of_unsent(was_sent),
            ..Self::with_code(row, &not_read.code())
        }
    }

    fn overtaken(row: u64, differences: &[Difference], columns: &Columns<'_>) -> Self {
        let named = columns_of(differences.iter().map(|it| &*it.field), columns);
        Self {
            message: format!(
                "{named}: the row was done, and the record has another value now: an attempt of an earlier row, which had no answer, was applied after it, or somebody else has changed the record since. Look at the record, and run the row again"
            ),
            column: Some(named),
            outcome: RowOutcome::NotAsSent,
            ..Self::with_code(row, OVERTAKEN)
        }
    }

    /// A failure without a message. Nothing was applied, unless another outcome is given.
    fn with_code(row: u64, code: &str) -> Self {
        Self {
            row,
            record: None,
            column: None,
            code: code.to_owned(),
            outcome: RowOutcome::NotApplied,
            message: String::new(),
            api: None,
            has_additions: false,
        }
    }

    fn of_error(row: u64, error: &Error, rules: EntryRules) -> Self {
        let explanation = format!("{}{}", error.explanation(), rules.advice_on(error));
        let (outcome, message) = match error.outcome() {
            Outcome::NotApplied => (RowOutcome::NotApplied, explanation),
            _ if is_similar_after_sending(error) => (RowOutcome::NotAsSent, explanation),
            _ => (
                RowOutcome::Unknown,
                format!("{explanation}; {MAY_BE_APPLIED}"),
            ),
        };
        Self {
            row,
            record: None,
            column: None,
            code: code_of(error),
            outcome,
            message,
            api: ApiWords::of(error),
            has_additions: false,
        }
    }

    /// One sentence for each problem, with all columns that have it.
    fn of_differences(row: u64, differences: &[Difference], columns: &Columns<'_>) -> Self {
        let mut problems: Vec<(&DifferenceProblem, Vec<String>)> = Vec::new();
        for difference in differences {
            let column = columns.of_field(&difference.field);
            match problems
                .iter_mut()
                .find(|(it, _)| **it == difference.problem)
            {
                Some((_, columns)) => columns.push(column),
                None => problems.push((&difference.problem, vec![column])),
            }
        }
        let entity = columns.entity();
        let message = problems.iter().map(|(problem, columns)| {
            format!("{}: {}", columns.join(", "), problem.explain(entity))
        });
        let message: Vec<String> = message.collect();
        let mut kinds = problems.iter().map(|(problem, _)| *problem);
        let code = if kinds.all(DifferenceProblem::is_repeated) {
            REPEATED
        } else {
            NOT_TAKEN
        };
        let named: Vec<String> = problems
            .iter()
            .flat_map(|(_, columns)| columns.clone())
            .collect();
        Self {
            row,
            record: None,
            column: Some(named.join(", ")),
            code: code.to_owned(),
            outcome: RowOutcome::NotAsSent,
            message: message.join("; "),
            api: None,
            has_additions: false,
        }
    }

    /// Returns the row with its record, the code and the message.
    pub(crate) fn in_words(&self) -> String {
        format!("{}: {} [{}]", self.row_name(), self.message, self.code)
    }

    /// Returns the name of the row, with its record.
    pub(crate) fn row_name(&self) -> String {
        row_name(self.row, self.record.as_deref())
    }

    /// Returns whether the record may lack a phone or an email that the row adds, as [`RowError::may_lack_additions`]
    /// has decided. In journals of earlier versions only the code shows it.
    pub(crate) fn may_lack_additions(&self) -> bool {
        !self.has_additions && self.code != REPEATED
    }

    /// Returns whether the row was left since somebody else has changed its record.
    pub(crate) fn is_changed_since(&self) -> bool {
        self.code == CHANGED_SINCE
    }

    /// Returns whether the portal has probably stored a phone of the row in another form.
    pub(crate) fn is_stored_in_another_form(&self) -> bool {
        self.code == SIMILAR_PHONE && self.outcome == RowOutcome::NotAsSent
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.outcome == RowOutcome::Unknown
    }

    pub(super) fn is_not_applied(&self) -> bool {
        self.outcome == RowOutcome::NotApplied
    }

    /// Returns true if there was no usable answer.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self.outcome, RowOutcome::Unknown | RowOutcome::NotVerified)
    }

    /// Returns the message, followed by the API's own words.
    pub(crate) fn text(&self) -> String {
        match &self.api {
            Some(words) => format!("{}; {words}", self.message),
            None => self.message.clone(),
        }
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
    pub(crate) fn of(results: &[Result<(), RowError>]) -> Self {
        let errors = results.iter().map(|result| match result {
            Err(error) => error.affects_every_batch(),
            Ok(()) => None,
        });
        let errors: Option<Vec<&Error>> = errors.collect();
        let Some([first, ..]) = errors.as_deref() else {
            return Self::Continue;
        };
        let words = ApiWords::of(first);
        let words = words.map_or_else(String::new, |words| format!("; {words}"));
        Self::Stop {
            reason: format!("{}{words} [{}]", first.explanation(), code_of(first)),
            is_not_applied: results.iter().all(|result| match result {
                Err(RowError::Failed(error)) => error.outcome() == Outcome::NotApplied,
                Err(RowError::NotCompared { was_sent, .. }) => !was_sent,
                _ => false,
            }),
        }
    }
}

impl NotRead {
    /// Returns the code of a row that failed since its record could not be read.
    fn code(&self) -> String {
        match self {
            Self::Failed(error) => code_of(error),
            Self::NoResult => NO_RESULT.to_owned(),
        }
    }
}

impl RowError {
    /// Returns the error if the next batch would fail for the same reason: a refused key, an
    /// unreachable host.
    fn affects_every_batch(&self) -> Option<&Error> {
        let (Self::Failed(error)
        | Self::NotRead(NotRead::Failed(error))
        | Self::NotCompared {
            not_read: NotRead::Failed(error),
            ..
        }) = self
        else {
            return None;
        };
        let kinds = [
            ErrorKind::Configuration,
            ErrorKind::Session,
            ErrorKind::Throttle,
            ErrorKind::Connect,
        ];
        let affects = kinds.contains(&error.kind()) || error.refuses_every_batch();
        affects.then_some(error)
    }
}
