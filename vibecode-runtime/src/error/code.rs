//! The error codes of the API.

use std::fmt;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $Variant:ident = $code:literal, $advice:literal;)+) => {
        /// An error code of the API. The set grows: match with a wildcard.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(
                #[doc = concat!("`", $code, "`: ", $advice, ".")]
                $Variant,
            )+
            /// A code that this version does not know.
            Other(String),
        }

        impl ErrorCode {
            /// Every code that has a variant of its own.
            pub const KNOWN: &'static [Self] = &[$(Self::$Variant),+];

            /// Reads a code as the API writes it.
            #[must_use]
            pub fn from_wire(code: &str) -> Self {
                match code {
                    $($code => Self::$Variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }

            /// The code as the API writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$Variant => $code,)+
                    Self::Other(code) => code,
                }
            }

            /// What is wrong, and the next step.
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
    InvalidRequest = "INVALID_REQUEST", "a field or its value is not valid";
    InvalidMultifieldShape = "INVALID_MULTIFIELD_SHAPE", "a phone or an email is not in one of the three documented forms";
    InvalidFilterOperator = "INVALID_FILTER_OPERATOR", "the filter has an operator that the API does not know";
    InvalidParams = "INVALID_PARAMS", "a parameter of the call is not valid";
    MissingEntityId = "MISSING_ENTITY_ID", "a call of the batch names no record";
    BatchLimitExceeded = "BATCH_LIMIT_EXCEEDED", "the batch has too many calls";
    MissingApiKey = "MISSING_API_KEY", "the request came without a key: does a proxy drop `X-Api-Key`?";
    InvalidApiKey = "INVALID_API_KEY", "the API does not know this key: check VIBECODE_API_KEY";
    InvalidAppKey = "INVALID_APP_KEY", "the API does not know this key of an app: check VIBECODE_API_KEY";
    TokenMissing = "TOKEN_MISSING", "the key has no tokens configured: connect it to a portal";
    TokenExpired = "TOKEN_EXPIRED", "the session has ended: get a new session token";
    InvalidSession = "INVALID_SESSION", "the API does not know this session: get a new session token";
    KeyExpired = "KEY_EXPIRED", "the key has expired: create a new one";
    KeyInactive = "KEY_INACTIVE", "the key is switched off: switch it on, or create a new one";
    AccessDenied = "ACCESS_DENIED", "the key's user may not do this: ask for the right in Bitrix24";
    ScopeDenied = "SCOPE_DENIED", "the key lacks the scope `crm`: create one that has it";
    BitrixAccessDenied = "BITRIX_ACCESS_DENIED", "Bitrix24 does not let the key's user do this: ask for the right there";
    WriteBlockedReadonlyKey = "WRITE_BLOCKED_READONLY_KEY", "the key can only read: use one that can write";
    ManagementKeyNoEntityAccess = "MANAGEMENT_KEY_NO_ENTITY_ACCESS", "a management key has no access to records: use a personal key or an app's";
    OauthRequired = "OAUTH_REQUIRED", "this call needs an app's key and a user's session";
    EntityNotFound = "ENTITY_NOT_FOUND", "there is no such record";
    RouteNotFound = "ROUTE_NOT_FOUND", "the API has no such address: check the base URL and the entity";
    BitrixError = "BITRIX_ERROR", "Bitrix24 refused the call";
    ValidationError = "VALIDATION_ERROR", "a value does not pass the portal's checks";
    RateLimited = "RATE_LIMITED", "too many requests: wait before the next";
    OperationTimeLimit = "OPERATION_TIME_LIMIT", "the portal has used up its time for such calls: wait before the next";
    InternalError = "INTERNAL_ERROR", "the API failed";
    BitrixUnavailable = "BITRIX_UNAVAILABLE", "Bitrix24 could not be reached from the API";
    QueryLimitExceeded = "QUERY_LIMIT_EXCEEDED", "too many requests to the portal: wait before the next";
    QueueTimeout = "QUEUE_TIMEOUT", "the request waited too long at the API";
    QueueOverflow = "QUEUE_OVERFLOW", "too many requests wait at the API";
    BitrixTimeout = "BITRIX_TIMEOUT", "Bitrix24 did not answer the API in time";
    TimeoutQuarantine = "TIMEOUT_QUARANTINE", "the API holds back calls that have timed out before";
    ErrorLoopDetected = "ERROR_LOOP_DETECTED", "the same error came again and again: the app has a bug";
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
    fn every_known_code_is_read_and_written_the_same() {
        for code in ErrorCode::KNOWN {
            assert_eq!(&ErrorCode::from_wire(code.as_str()), code);
        }
        let new = ErrorCode::from_wire("BRAND_NEW");
        assert_eq!(new, ErrorCode::Other("BRAND_NEW".to_owned()));
        assert_eq!(new.to_string(), "BRAND_NEW");
    }
}
