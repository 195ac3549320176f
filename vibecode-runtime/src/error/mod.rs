//! Errors: what went wrong, whether the change may have been applied, and the next step.

mod code;
mod kind;

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use http::StatusCode;

pub use self::{code::ErrorCode, kind::ErrorKind};

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whether a call that failed has changed the record.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |sandbox, client| {
/// use vibecode_runtime::Outcome;
///
/// let patch = Customer::patch().add_phone("+79169876543");
/// sandbox.fault(Fault::drop_after());
/// let error = client.update(71, &patch).await.unwrap_err();
/// // The answer was lost. If the patch were sent again, the phone could be there twice.
/// assert_eq!(error.outcome(), Outcome::Unknown);
/// // `ensure` reads the record first.
/// assert_eq!(client.ensure(71, &patch).await?.present().len(), 1);
/// # Ok(()) }) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing was changed: the request was not sent, or it was refused with a complete answer.
    NotApplied,
    /// The change may have been applied or may still be: read the record before repeating the call.
    Unknown,
}

/// Why a call failed.
///
/// Neither `Display` nor `Debug` shows a key, a token, a value of a record, the body of an answer
/// or the API's own message, which may contain values of the record; that one is available as
/// [`Error::message`]. So an error can be logged as it is.
/// [`Client`](crate::Client#errors-of-every-call) lists the kinds of error that calls can fail
/// with.
///
/// The example asks the usual questions in order: may the change have been applied, what did the
/// API say, and when can the call be repeated? For its struct and client, see
/// [`Client`](crate::Client).
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// use vibecode_runtime::{Error, ErrorCode, Outcome};
///
/// fn advice(error: &Error) -> String {
///     if error.outcome() == Outcome::Unknown {
///         return "it may be there: use `ensure`".to_owned();
///     }
///     match (error.code(), error.retry_after()) {
///         (Some(ErrorCode::EntityNotFound), _) => "no such contact".to_owned(),
///         (Some(ErrorCode::ScopeDenied), _) => "the key may not do this".to_owned(),
///         (_, Some(wait)) => format!("come again in {} s", wait.as_secs()),
///         _ => error.to_string(),
///     }
/// }
///
/// # fn main() -> vibecode_runtime::Result<()> { run(async |sandbox, client| {
/// let patch = Customer::patch().add_phone("+79169876543");
/// let error = client.update(404, &patch).await.unwrap_err();
/// assert_eq!(advice(&error), "no such contact");
/// assert_eq!(
///     error.to_string(),
///     "PATCH contacts/404: there is no such record [404 ENTITY_NOT_FOUND]",
/// );
///
/// sandbox.fault(Fault::bad_gateway_html());
/// let error = client.update(71, &patch).await.unwrap_err();
/// assert_eq!(advice(&error), "it may be there: use `ensure`");
/// # Ok(()) }) }
/// ```
#[derive(Clone)]
pub struct Error(Box<Details>);

#[derive(Clone)]
pub(crate) struct Details {
    pub(crate) kind: ErrorKind,
    pub(crate) outcome: Outcome,
    pub(crate) repeat: Repeat,
    /// Whether the request had been handed to the HTTP client.
    pub(crate) was_sent: bool,
    pub(crate) call: Option<String>,
    /// Whether the call creates a record, whose id is then not known.
    pub(crate) creates: bool,
    pub(crate) explanation: String,
    pub(crate) status: Option<StatusCode>,
    pub(crate) api: Option<ApiError>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) source: Option<Arc<dyn StdError + Send + Sync>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    Never,
    AfterPause,
    /// Only if the app can provide a new session.
    WithNewSession,
}

#[derive(Clone, Default)]
pub(crate) struct ApiError {
    pub(crate) code: Option<ErrorCode>,
    pub(crate) message: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) b24_code: Option<String>,
}

impl Error {
    pub(crate) fn not_sent(kind: ErrorKind, explanation: impl Into<String>) -> Self {
        Self::new(kind, Outcome::NotApplied, explanation)
    }

    pub(crate) fn new(kind: ErrorKind, outcome: Outcome, explanation: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            outcome,
            repeat: Repeat::Never,
            was_sent: false,
            call: None,
            creates: false,
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

    /// Makes the outcome unknown if an earlier attempt may have been applied, whatever this error says of
    /// the last one.
    pub(crate) fn unknown_if(mut self, is_open: bool) -> Self {
        if is_open {
            self.0.outcome = Outcome::Unknown;
        }
        self
    }

    pub(crate) fn repeat(&self) -> Repeat {
        self.0.repeat
    }

    pub(crate) fn was_sent(&self) -> bool {
        self.0.was_sent
    }

    pub(crate) fn caused_by(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.with(|details| details.source = Some(Arc::new(source)))
    }

    /// Returns the kind of failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns whether the record may have been changed.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// Returns what went wrong and the next step, without the call, the status and the code that
    /// `Display` adds. It contains no data of a record.
    #[must_use]
    pub fn explanation(&self) -> &str {
        &self.0.explanation
    }

    /// Whether the API rejects the key or the session itself, so that any further call with it
    /// would fail too. `ACCESS_DENIED`, for a record that the key's user may not change, does not
    /// count.
    #[must_use]
    pub fn refuses_the_key(&self) -> bool {
        match self.code() {
            Some(ErrorCode::Other(_)) | None => self.status() == Some(StatusCode::UNAUTHORIZED),
            Some(code) => code.refuses_the_key(),
        }
    }

    /// Returns whether every further batch of a run would be refused in the same way: the API refuses the
    /// key, or the whole batch with a 403. A single call of a batch has no status of its own.
    #[must_use]
    pub fn refuses_every_batch(&self) -> bool {
        self.refuses_the_key() || self.status() == Some(StatusCode::FORBIDDEN)
    }

    /// Returns the API's error code.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        self.0.api.as_ref()?.code.as_ref()
    }

    /// The code, if it looks like one. An error never shows free text of an answer.
    fn shown_code(&self) -> Option<&ErrorCode> {
        self.code().filter(|code| code.looks_like_a_code())
    }

    /// Returns the HTTP status of the answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the API's own message, in Russian or English. It may contain values of the record,
    /// so be careful where you log it.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.api.as_ref()?.message.as_deref()
    }

    /// Returns the API's own hint. It may contain values of the record.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.api.as_ref()?.hint.as_deref()
    }

    /// Returns the error code of the layer underneath the API, such as `OVERLOAD_LIMIT`:
    /// `error.b24Code`, as observed (grade O).
    #[must_use]
    pub fn b24_code(&self) -> Option<&str> {
        self.0.api.as_ref()?.b24_code.as_deref()
    }

    /// Returns how long to wait before the next call: `error.retryAfter` or `Retry-After` of the
    /// API's answer, or what is left of the throttle's pause or queue ([`ErrorKind::Throttle`]).
    /// After a pause of an hour, the [throttle](crate::Throttle) lets a request through even if
    /// this wait is longer.
    ///
    /// After an answer that asks to retry later, the client waits and retries by itself. It fails
    /// with this wait if
    ///
    /// - the wait is longer than
    ///   [`RetryPolicy::max_retry_after`](crate::RetryPolicy::max_retry_after);
    /// - the [deadline](crate::ClientBuilder::deadline) leaves no time for another attempt;
    /// - all attempts or retry tokens have been used; or
    /// - the request must not be sent again, such as a patch that adds after a 503.
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
            creates,
            ..
        } = &*self.0;
        if let Some(call) = call {
            write!(f, "{call}: ")?;
        }
        f.write_str(explanation)?;
        match (status, self.shown_code()) {
            (Some(status), Some(code)) => write!(f, " [{} {code}]", status.as_u16())?,
            (Some(status), None) => write!(f, " [{}]", status.as_u16())?,
            // A call of a batch has no status of its own.
            (None, Some(code)) => write!(f, " [{code}]")?,
            (None, None) => {}
        }
        match outcome {
            Outcome::NotApplied => Ok(()),
            // The record was read: sending the same again does not help.
            Outcome::Unknown if self.kind() == ErrorKind::NotTaken => {
                f.write_str("; the record shows the rest of the change")
            }
            Outcome::Unknown => {
                f.write_str("; the change may or may not have been applied: ")?;
                f.write_str(if *creates {
                    "look for the record by a key of your own before you write to it or create it again"
                } else {
                    "read the record before repeating it"
                })
            }
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
