//! The kinds of failure.

/// What kind of failure an [`Error`](crate::Error) is.
///
/// ```
/// use vibecode_runtime::{Error, ErrorKind};
///
/// /// Whose turn it is to do something.
/// fn whose_turn(error: &Error) -> &'static str {
///     match error.kind() {
///         ErrorKind::Configuration | ErrorKind::Session => "the operator's",
///         ErrorKind::InvalidPatch | ErrorKind::EmptyPatch | ErrorKind::InvalidId => "the user's",
///         ErrorKind::Connect | ErrorKind::Timeout => "nobody's: try later",
///         ErrorKind::Api => "see the code",
///         _ => "the developer's",
///     }
/// }
///
/// # let client = vibecode_runtime::Client::new(vibecode_runtime::Credentials::personal(""));
/// let error = client.unwrap_err();
/// assert_eq!(whose_turn(&error), "the operator's");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A key, a URL or a setting cannot be used, or the call is outside of a runtime of tokio that it can
    /// run in. Nothing was sent.
    Configuration,
    /// The patch changes nothing. It was not sent.
    EmptyPatch,
    /// A value of the patch has no wire form, or an untyped patch names what no patch can change. It was
    /// not sent.
    InvalidPatch,
    /// The id is 0, which no record has. Nothing was sent.
    InvalidId,
    /// A filter or an order names a field that the struct does not read, or cannot be written.
    /// Nothing was sent.
    InvalidQuery,
    /// The batch has no calls, or more than 50. Nothing was sent.
    InvalidBatch,
    /// The app gave no session token when it was asked for one, or not within the client's time-out.
    /// Nothing was sent.
    Session,
    /// The throttle's budget does not answer, or the request would wait for more than 15 minutes:
    /// [`Error::retry_after`](crate::Error::retry_after) says for how long, if that is known. Nothing
    /// was sent.
    Throttle,
    /// No connection was made.
    Connect,
    /// No complete answer came in time.
    Timeout,
    /// The connection broke after the request had begun to leave.
    Interrupted,
    /// The API answered with an error: see [`Error::code`](crate::Error::code).
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
    /// Which phones and emails the record has is not known: `fm`, the list of all of them, is absent,
    /// in an unknown form, or contradicts what is beside it. Nothing was written.
    MultifieldsUnknown,
    /// The API reported a success, but neither its answer nor a later read shows the values. The
    /// field may not exist on this portal.
    NotTaken,
}

impl ErrorKind {
    /// The kind as a stable word in lower case, for logs and machine-readable output.
    ///
    /// ```
    /// use vibecode_runtime::ErrorKind;
    ///
    /// assert_eq!(ErrorKind::EmptyPatch.as_str(), "empty_patch");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::EmptyPatch => "empty_patch",
            Self::InvalidPatch => "invalid_patch",
            Self::InvalidId => "invalid_id",
            Self::InvalidQuery => "invalid_query",
            Self::InvalidBatch => "invalid_batch",
            Self::Session => "session",
            Self::Throttle => "throttle",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::Api => "api",
            Self::NotJson => "not_json",
            Self::Oversized => "oversized",
            Self::CutOff => "cut_off",
            Self::OtherRecord => "other_record",
            Self::Unreadable => "unreadable",
            Self::Unexpected => "unexpected",
            Self::MultifieldsUnknown => "multifields_unknown",
            Self::NotTaken => "not_taken",
        }
    }
}
