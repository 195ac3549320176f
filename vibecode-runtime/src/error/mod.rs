//! What went wrong, what may have happened at the API, and the next step.

mod code;

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

pub use code::ErrorCode;

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whether a call that failed has changed the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing was changed: the request was not sent, or a complete answer refused it.
    NotApplied,
    /// The change may or may not be there, or may still arrive: read the record before repeating.
    Unknown,
}

/// What kind of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A key, a URL or a setting cannot be used. Nothing was sent.
    Configuration,
    /// The patch changes nothing. It was not sent.
    EmptyPatch,
    /// A value of the patch has no wire form. It was not sent.
    InvalidPatch,
    /// The id is 0, which no record has. Nothing was sent.
    InvalidId,
    /// A filter or an order names a field that the struct does not read, or cannot be written.
    /// Nothing was sent.
    InvalidQuery,
    /// The batch has no calls, or more than 50. Nothing was sent.
    InvalidBatch,
    /// The app gave no session token when it was asked for one. Nothing was sent.
    Session,
    /// The throttle's budget could not be asked. Nothing was sent.
    Throttle,
    /// No connection was made.
    Connect,
    /// No complete answer came in time.
    Timeout,
    /// The connection broke after the request had begun to leave.
    Interrupted,
    /// The API answered with an error: see [`Error::code`].
    Api,
    /// The answer is not JSON, as a gateway's page is not.
    NotJson,
    /// The answer is longer than it may be.
    Oversized,
    /// The answer broke off.
    CutOff,
    /// The answer is about another record.
    OtherRecord,
    /// The answered record is not what the struct holds that it was to be read into.
    Unreadable,
    /// The answer is JSON, but not what the API answers to such a call.
    Unexpected,
    /// The record was answered without its list of phones and emails, so that nobody can tell which
    /// are there. Nothing was written.
    MultifieldsUnknown,
    /// None of a batch's answers shows what was sent: this portal may read the calls of a batch in
    /// another shape. The run was stopped.
    NotEchoed,
}

/// Why a call failed.
///
/// Neither Display nor Debug shows a key, a token, a value of a record, the body of an answer or
/// the API's own message, which may hold values: that is what [`Error::message`] is for.
pub struct Error(Box<Details>);

#[derive(Clone)]
pub(crate) struct Details {
    pub(crate) kind: ErrorKind,
    pub(crate) outcome: Outcome,
    pub(crate) repeat: Repeat,
    /// The call, such as `PATCH contacts/71`.
    pub(crate) call: Option<String>,
    /// What is wrong, and the next step.
    pub(crate) explanation: String,
    pub(crate) status: Option<http::StatusCode>,
    pub(crate) api: Option<ApiError>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Whether the same request may be sent once more by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    Never,
    /// Where the first try, had it been applied, would not be doubled.
    IfIdempotent,
    Always,
}

/// The API's own account of an error.
#[derive(Clone, Default)]
pub(crate) struct ApiError {
    pub(crate) code: Option<ErrorCode>,
    pub(crate) message: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) b24_code: Option<String>,
}

impl Error {
    /// An error before anything was sent.
    pub(crate) fn not_sent(kind: ErrorKind, explanation: impl Into<String>) -> Self {
        Self::new(kind, Outcome::NotApplied, explanation)
    }

    pub(crate) fn new(kind: ErrorKind, outcome: Outcome, explanation: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            outcome,
            repeat: Repeat::Never,
            call: None,
            explanation: explanation.into(),
            status: None,
            api: None,
            retry_after: None,
            source: None,
        }))
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Details)) -> Self {
        change(&mut self.0);
        self
    }

    /// The same error for another of the calls that failed together.
    pub(crate) fn copy(&self) -> Self {
        Self(self.0.clone())
    }

    /// Whether the same request may be sent once more.
    pub(crate) fn repeat(&self) -> Repeat {
        self.0.repeat
    }

    pub(crate) fn caused_by(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.with(|details| details.source = Some(Arc::new(source)))
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the record has been changed.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// The API's error code.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        self.0.api.as_ref()?.code.as_ref()
    }

    /// The code, where it is worded as one: an error shows no free text of an answer.
    fn shown_code(&self) -> Option<&ErrorCode> {
        self.code().filter(|code| code.is_word())
    }

    /// The HTTP status of the answer.
    #[must_use]
    pub fn status(&self) -> Option<http::StatusCode> {
        self.0.status
    }

    /// The API's own message, in Russian or English. It may hold values of the record: mind where
    /// you log it.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.api.as_ref()?.message.as_deref()
    }

    /// The API's own hint. It may hold values of the record.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.api.as_ref()?.hint.as_deref()
    }

    /// The code of the layer underneath the API, such as `OVERLOAD_LIMIT`.
    #[must_use]
    pub fn b24_code(&self) -> Option<&str> {
        self.0.api.as_ref()?.b24_code.as_deref()
    }

    /// How long the API asks to wait before the next call.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details {
            call,
            explanation,
            status,
            outcome,
            ..
        } = &*self.0;
        if let Some(call) = call {
            write!(f, "{call}: ")?;
        }
        f.write_str(explanation)?;
        match (status, self.shown_code()) {
            (Some(status), Some(code)) => write!(f, " [{} {code}]", status.as_u16())?,
            (Some(status), None) => write!(f, " [{}]", status.as_u16())?,
            _ => {}
        }
        match outcome {
            Outcome::NotApplied => Ok(()),
            Outcome::Unknown => f.write_str(
                "; the change may or may not have been applied: read the record before repeating it",
            ),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("outcome", &self.outcome())
            .field("call", &self.0.call)
            .field("status", &self.status())
            .field("code", &self.shown_code())
            .field("explanation", &self.0.explanation)
            .field("retry_after", &self.retry_after())
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_small_and_can_be_sent_between_threads() {
        fn sendable<T: Send + Sync + 'static>() {}
        sendable::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn neither_display_nor_debug_shows_the_apis_own_message() {
        let error = Error::new(ErrorKind::Api, Outcome::NotApplied, "refused").with(|details| {
            details.api = Some(ApiError {
                message: Some("bad phone +79169876543".to_owned()),
                hint: Some("see +79169876543".to_owned()),
                ..ApiError::default()
            });
        });
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("7916"), "{shown}");
        assert_eq!(error.message(), Some("bad phone +79169876543"));
    }
}
