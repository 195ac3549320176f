//! The error codes of the API.

use std::fmt;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $Variant:ident = $code:literal, $status:expr, $advice:literal;)+) => {
        /// An error code of the API. New codes are added over time: match with a wildcard.
        ///
        /// The API's messages are in Russian or English, so use the code, not the message, to
        /// decide what to do.
        ///
        /// ```
        /// use vibecode_runtime::ErrorCode;
        ///
        /// fn is_about_the_key(code: &ErrorCode) -> bool {
        ///     matches!(code, ErrorCode::ScopeDenied | ErrorCode::InvalidApiKey | ErrorCode::KeyExpired)
        /// }
        ///
        /// assert!(is_about_the_key(&ErrorCode::from_wire("SCOPE_DENIED")));
        /// assert_eq!(ErrorCode::from_wire("BRAND_NEW"), ErrorCode::Other("BRAND_NEW".to_owned()));
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(
                #[doc = concat!("`", $code, "`: ", $advice, ".")]
                $Variant,
            )+
            /// A code that this version of the crate does not know.
            Other(String),
        }

        impl ErrorCode {
            /// All codes that have their own variant.
            pub const KNOWN: &'static [Self] = &[$(Self::$Variant),+];

            /// Parses a code as the API writes it.
            #[must_use]
            pub fn from_wire(code: &str) -> Self {
                match code {
                    $($code => Self::$Variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }

            /// Returns the code as the API writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$Variant => $code,)+
                    Self::Other(code) => code,
                }
            }

            /// The HTTP status that the code usually comes with (api.md). It can come with another
            /// one.
            #[doc(hidden)]
            #[must_use]
            pub fn usual_status(&self) -> Option<u16> {
                match self {
                    $(Self::$Variant => $status,)+
                    Self::Other(_) => None,
                }
            }

            pub(crate) fn advice(&self) -> &'static str {
                match self {
                    $(Self::$Variant => $advice,)+
                    Self::Other(_) => "the API answered with an error",
                }
            }
        }
    };
}

error_codes! {
    InvalidRequest = "INVALID_REQUEST", Some(400), "a field or its value is not valid";
    InvalidMultifieldShape = "INVALID_MULTIFIELD_SHAPE", Some(400), "a phone or an email is not in one of the three documented forms";
    InvalidFilterOperator = "INVALID_FILTER_OPERATOR", Some(400), "the filter has an operator that the API does not know";
    InvalidParams = "INVALID_PARAMS", Some(400), "a parameter of the call is not valid";
    InvalidAggregationOp = "INVALID_AGGREGATION_OP", Some(400), "the aggregation has an operation that the API does not know";
    ReadonlyField = "READONLY_FIELD", Some(400), "a field of the patch is read-only";
    MissingEntityId = "MISSING_ENTITY_ID", Some(400), "a call of the batch names no record";
    BatchLimitExceeded = "BATCH_LIMIT_EXCEEDED", Some(400), "the batch has too many calls";
    MissingApiKey = "MISSING_API_KEY", Some(401), "the request came without a key: does a proxy drop `X-Api-Key`?";
    InvalidApiKey = "INVALID_API_KEY", Some(401), "the API does not know this key: check VIBECODE_API_KEY";
    InvalidAppKey = "INVALID_APP_KEY", Some(401), "the API does not know this key of an app: check VIBECODE_API_KEY";
    TokenMissing = "TOKEN_MISSING", Some(401), "the key has no tokens configured: connect it to a portal";
    TokenExpired = "TOKEN_EXPIRED", Some(401), "the session has ended: get a new session token";
    InvalidSession = "INVALID_SESSION", Some(401), "the API does not know this session: get a new session token";
    KeyExpired = "KEY_EXPIRED", Some(401), "the key has expired: create a new one";
    KeyInactive = "KEY_INACTIVE", Some(401), "the key is switched off: switch it on, or create a new one";
    AccessDenied = "ACCESS_DENIED", Some(403), "the key's user may not do this: ask for the right in Bitrix24";
    ScopeDenied = "SCOPE_DENIED", Some(403), "the key lacks the scope `crm`: create one that has it";
    BitrixAccessDenied = "BITRIX_ACCESS_DENIED", Some(403), "Bitrix24 does not let the key's user do this: ask for the right there";
    WriteBlockedReadonlyKey = "WRITE_BLOCKED_READONLY_KEY", Some(403), "the key can only read: use one that can write";
    ManagementKeyNoEntityAccess = "MANAGEMENT_KEY_NO_ENTITY_ACCESS", Some(403), "a management key has no access to records: use a personal key or an app's";
    OauthRequired = "OAUTH_REQUIRED", Some(403), "this call needs an app's key and a user's session";
    IpNotAllowed = "IP_NOT_ALLOWED", Some(403), "the key is not allowed from this address: add it to the key's list";
    SessionAppMismatch = "SESSION_APP_MISMATCH", Some(403), "the session belongs to another app: get a session of this one";
    EntityNotFound = "ENTITY_NOT_FOUND", Some(404), "there is no such record";
    RouteNotFound = "ROUTE_NOT_FOUND", Some(404), "the API has no such address: check the base URL and the entity";
    BitrixError = "BITRIX_ERROR", Some(422), "Bitrix24 refused the call";
    ValidationError = "VALIDATION_ERROR", Some(422), "a value does not pass the portal's checks";
    RateLimited = "RATE_LIMITED", Some(429), "too many requests: wait before the next";
    OperationTimeLimit = "OPERATION_TIME_LIMIT", Some(429), "the portal has used up its time for such calls: wait before the next";
    InternalError = "INTERNAL_ERROR", Some(500), "the API failed";
    BitrixUnavailable = "BITRIX_UNAVAILABLE", Some(502), "Bitrix24 could not be reached from the API";
    QueryLimitExceeded = "QUERY_LIMIT_EXCEEDED", Some(503), "too many requests to the portal: wait before the next";
    QueueTimeout = "QUEUE_TIMEOUT", Some(504), "the request waited too long at the API";
    QueueOverflow = "QUEUE_OVERFLOW", None, "too many requests wait at the API";
    BitrixTimeout = "BITRIX_TIMEOUT", None, "Bitrix24 did not answer the API in time";
    TimeoutQuarantine = "TIMEOUT_QUARANTINE", None, "the API holds back calls that have timed out before";
    WindowedSearchFailed = "WINDOWED_SEARCH_FAILED", None, "the search could not be finished: narrow the filter";
    ErrorLoopDetected = "ERROR_LOOP_DETECTED", None, "the same error came again and again: the app has a bug";
}

/// The maximum length of a text that counts as a code.
const LONGEST: usize = 64;
/// A longer run of digits may be a phone, an id or a date.
const MAX_DIGITS: usize = 3;
/// How keys and session tokens begin (api.md, "Hosts and keys", grade D).
const SECRET: &str = "vibe_";

impl ErrorCode {
    /// Whether this is a known code or at least looks like one. Any other text may contain
    /// anything, including values of the record: do not log it.
    #[must_use]
    pub fn looks_like_a_code(&self) -> bool {
        let text = self.as_str();
        let digits_in_a_row = text
            .split(|letter: char| !letter.is_ascii_digit())
            .map(str::len);
        let is_of_code = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let is_secret = text
            .get(..SECRET.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(SECRET));
        text.len() <= LONGEST
            && !is_secret
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.bytes().all(is_of_code)
            && digits_in_a_row.max() <= Some(MAX_DIGITS)
    }

    /// Whether the API rejects the key or its session, independent of the record. `ACCESS_DENIED`
    /// does not count, because it may concern one record only.
    pub(crate) fn refuses_the_key(&self) -> bool {
        let is_lacking_rights = matches!(
            self,
            Self::ScopeDenied
                | Self::WriteBlockedReadonlyKey
                | Self::ManagementKeyNoEntityAccess
                | Self::OauthRequired
                | Self::IpNotAllowed
                | Self::SessionAppMismatch
        );
        is_lacking_rights || self.usual_status() == Some(401)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;

    #[test]
    fn a_text_that_may_hold_data_does_not_look_like_a_code() {
        for code in ["BRAND_NEW", "expired_token", "E404"] {
            assert!(ErrorCode::from_wire(code).looks_like_a_code(), "{code}");
        }
        assert!(ErrorCode::KNOWN.iter().all(ErrorCode::looks_like_a_code));
        let long = "A".repeat(65);
        for text in [
            "",
            "+79161112233",
            "79161112233",
            "PHONE_79161112233_TAKEN",
            "a@b.ru",
            "bad value",
            "vibe_api_abcdef",
            "VIBE_SESSION_ABC",
            &long,
        ] {
            assert!(!ErrorCode::from_wire(text).looks_like_a_code(), "{text}");
        }
    }

    #[test]
    fn every_known_code_is_read_and_written_the_same() {
        for code in ErrorCode::KNOWN {
            assert_eq!(&ErrorCode::from_wire(code.as_str()), code);
        }
        let new = ErrorCode::from_wire("BRAND_NEW");
        assert_eq!(new, ErrorCode::Other("BRAND_NEW".to_owned()));
        assert_eq!(new.to_string(), "BRAND_NEW");
    }
}
