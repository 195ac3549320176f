//! Error answers to the frame, and what is logged about them.

use std::{error::Error as StdError, iter, time::Duration};

use axum::{
    Json,
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde_json::json;
use vibecode_runtime::{Error, ErrorCode, ErrorKind, Outcome};

/// An answer other than 2xx: `{"problem":"…","applied":"no"}`.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    problem: &'static str,
    /// Whether the change was applied: `no` or `unknown`.
    applied: &'static str,
    retry_after: Option<Duration>,
}

impl Failure {
    fn new(status: StatusCode, problem: &'static str) -> Self {
        Self {
            status,
            problem,
            applied: "no",
            retry_after: None,
        }
    }

    /// The request came without a session.
    pub(crate) fn no_session() -> Self {
        let problem = "no session: open the app in the portal";
        Self::new(StatusCode::UNAUTHORIZED, problem)
    }

    /// It is not known whether the change was applied. Saving once more is safe, since it reads
    /// first.
    pub(crate) fn unknown() -> Self {
        let problem = "this may or may not have been saved: save it again, nothing is added twice";
        Self {
            applied: "unknown",
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, problem)
        }
    }

    /// Converts an error after which the record is unchanged.
    fn not_applied(error: &Error) -> Self {
        let (status, problem) = match error.kind() {
            ErrorKind::Api => by_code(error),
            ErrorKind::EmptyPatch => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "there is nothing to change",
            ),
            ErrorKind::InvalidPatch | ErrorKind::InvalidId => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "a value is not one that can be saved",
            ),
            ErrorKind::Configuration | ErrorKind::Session | ErrorKind::Throttle => NOT_SET_UP,
            _ => NO_ANSWER,
        };
        Self {
            retry_after: error.retry_after(),
            ..Self::new(status, problem)
        }
    }
}

type Reply = (StatusCode, &'static str);

const NOT_SET_UP: Reply = (
    StatusCode::INTERNAL_SERVER_ERROR,
    "the app is not set up well: contact its operators",
);
const NO_ANSWER: Reply = (
    StatusCode::BAD_GATEWAY,
    "the portal gave no answer that can be used: try again later",
);

/// Converts a refusal by the API.
fn by_code(error: &Error) -> Reply {
    match error.code() {
        Some(ErrorCode::TokenExpired | ErrorCode::InvalidSession) => (
            StatusCode::UNAUTHORIZED,
            "the session has ended: open the app again",
        ),
        Some(ErrorCode::AccessDenied | ErrorCode::BitrixAccessDenied) => {
            (StatusCode::FORBIDDEN, "you may not do this in the portal")
        }
        Some(ErrorCode::EntityNotFound) => (StatusCode::NOT_FOUND, "there is no such contact"),
        Some(ErrorCode::InvalidRequest | ErrorCode::ValidationError | ErrorCode::BitrixError) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "the portal does not take this value",
        ),
        _ => match error.status() {
            Some(StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the portal is busy: try again later",
            ),
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => NOT_SET_UP,
            _ => NO_ANSWER,
        },
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        // The outcome first: a call may have sent something before the request that failed.
        let failure = match error.outcome() {
            Outcome::NotApplied => Self::not_applied(&error),
            _ => Self::unknown(),
        };
        if failure.status.is_server_error() {
            log(&error);
        }
        failure
    }
}

fn log(error: &Error) {
    eprintln!("log: {}", with_causes(error));
}

/// Formats an error and its causes. None of them shows a key, a session or a value of a record.
pub(crate) fn with_causes(error: &(dyn StdError + 'static)) -> String {
    let causes = iter::successors(Some(error), |&error| error.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.join(": ")
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = json!({ "problem": self.problem, "applied": self.applied });
        let mut response = (self.status, Json(body)).into_response();
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
