//! The known error codes, with the HTTP status of each.

/// Every known error code, with its HTTP status if that is known. The set grows, and the API can send a
/// code with another status.
pub const ERROR_CODES: &[(&str, Option<u16>)] = &[
    ("INVALID_REQUEST", Some(400)),
    ("INVALID_MULTIFIELD_SHAPE", Some(400)),
    ("INVALID_FILTER_OPERATOR", Some(400)),
    ("INVALID_PARAMS", Some(400)),
    ("INVALID_AGGREGATION_OP", Some(400)),
    ("READONLY_FIELD", Some(400)),
    ("MISSING_ENTITY_ID", Some(400)),
    ("BATCH_LIMIT_EXCEEDED", Some(400)),
    ("MISSING_API_KEY", Some(401)),
    ("INVALID_API_KEY", Some(401)),
    ("INVALID_APP_KEY", Some(401)),
    ("TOKEN_MISSING", Some(401)),
    ("TOKEN_EXPIRED", Some(401)),
    ("INVALID_SESSION", Some(401)),
    ("KEY_EXPIRED", Some(401)),
    ("KEY_INACTIVE", Some(401)),
    ("ACCESS_DENIED", Some(403)),
    ("SCOPE_DENIED", Some(403)),
    ("BITRIX_ACCESS_DENIED", Some(403)),
    ("WRITE_BLOCKED_READONLY_KEY", Some(403)),
    ("MANAGEMENT_KEY_NO_ENTITY_ACCESS", Some(403)),
    ("OAUTH_REQUIRED", Some(403)),
    ("IP_NOT_ALLOWED", Some(403)),
    ("SESSION_APP_MISMATCH", Some(403)),
    ("ENTITY_NOT_FOUND", Some(404)),
    ("ROUTE_NOT_FOUND", Some(404)),
    ("BITRIX_ERROR", Some(422)),
    ("VALIDATION_ERROR", Some(422)),
    ("RATE_LIMITED", Some(429)),
    ("OPERATION_TIME_LIMIT", Some(429)),
    ("INTERNAL_ERROR", Some(500)),
    ("BITRIX_UNAVAILABLE", Some(502)),
    ("QUERY_LIMIT_EXCEEDED", Some(503)),
    ("QUEUE_TIMEOUT", Some(504)),
    ("QUEUE_OVERFLOW", None),
    ("BITRIX_TIMEOUT", None),
    ("TIMEOUT_QUARANTINE", None),
    ("WINDOWED_SEARCH_FAILED", None),
    ("ERROR_LOOP_DETECTED", None),
];

/// Returns the HTTP status with which the API is known to send a code, or `None` if it is not known.
#[must_use]
pub fn status_of(code: &str) -> Option<u16> {
    ERROR_CODES
        .iter()
        .find(|(known, _)| *known == code)
        .and_then(|(_, status)| *status)
}
