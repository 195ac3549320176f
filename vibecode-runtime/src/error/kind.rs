//! The kinds of failure.

/// The kind of failure that an [`Error`](crate::Error) reports.
///
/// ```
/// use vibecode_runtime::{Client, Credentials, ErrorKind};
///
/// let error = Client::new(Credentials::personal("")).unwrap_err();
/// let who_has_to_act = match error.kind() {
///     ErrorKind::Configuration | ErrorKind::Session => "the operator",
///     ErrorKind::Connect | ErrorKind::Timeout => "nobody: try later",
///     _ => "the developer",
/// };
/// assert_eq!(who_has_to_act, "the operator");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A key, a URL or a setting cannot be used, or there is no tokio runtime that the call can run
    /// in. Nothing was sent.
    Configuration,
    /// The patch changes nothing. It was not sent.
    EmptyPatch,
    /// A value of the patch has no wire form, or an untyped patch names a field that no patch can
    /// change. Nothing was sent.
    InvalidPatch,
    /// The id is 0, which no record has. Nothing was sent.
    InvalidId,
    /// A filter or an order names a field that the struct does not read, or the filter has no wire
    /// form. Nothing was sent.
    InvalidQuery,
    /// The batch has no calls or more than 50. Nothing was sent.
    InvalidBatch,
    /// The app returned no session token, or not within the client's timeout. Nothing was sent.
    Session,
    /// The throttle's budget does not respond, or the request would have to wait for more than 15
    /// minutes; [`Error::retry_after`](crate::Error::retry_after) returns how long, if that is
    /// known. Nothing was sent.
    Throttle,
    /// No connection could be established.
    Connect,
    /// No complete answer arrived in time.
    Timeout,
    /// The connection broke after the client had started to send the request.
    Interrupted,
    /// The API returned an error: see [`Error::code`](crate::Error::code).
    Api,
    /// The answer is not JSON, but for example a gateway's error page.
    NotJson,
    /// The answer exceeds the maximum length.
    Oversized,
    /// The answer is incomplete.
    CutOff,
    /// The answer is about another record.
    OtherRecord,
    /// A value in the answer does not fit the struct that it was to be read into.
    Unreadable,
    /// The answer is JSON, but not the documented answer to such a call.
    Unexpected,
    /// It is not known which phones and emails the record has: `fm`, the list of all of them, is
    /// absent, has an unknown form, or contradicts the fields beside it. If the outcome is
    /// [`NotApplied`](crate::Outcome::NotApplied), nothing was written. If it is
    /// [`Unknown`](crate::Outcome::Unknown), the record shows a new phone or email that may be one of
    /// those sent, in another form: read the record, and let a person decide.
    MultifieldsUnknown,
    /// The API reported success, but neither its answer nor a later read shows the values. The
    /// field may not exist on this portal.
    NotTaken,
    /// The record has a phone that may be the one to be added, with another prefix, and the client
    /// [refuses that](crate::ClientBuilder::refuse_similar_phones). If the outcome is
    /// [`NotApplied`](crate::Outcome::NotApplied), nothing was written. If it is
    /// [`Unknown`](crate::Outcome::Unknown), any client reports it: the API reported success, and the record
    /// shows a new phone with the same last digits instead of the one that was sent. The portal has probably
    /// stored it in another form.
    SimilarPhone,
}

impl ErrorKind {
    /// Returns the kind as a stable lower-case word, for logs and machine-readable output.
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
            Self::SimilarPhone => "similar_phone",
        }
    }
}
