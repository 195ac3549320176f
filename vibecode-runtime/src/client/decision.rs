//! Decides about every request that did not succeed: may it have been applied, may it be sent again,
//! and would a new session help.
//!
//! The decision is a pure function of how the attempt ended and of what the request does. Single calls and
//! the calls of a batch use the same one. Retries, session renewal, `ensure`, batches and runs only
//! read its result.

use http::StatusCode;

use super::request::Effect;
use crate::{Error, ErrorCode, ErrorKind, Outcome, error::Repeat};

#[derive(Debug, Clone, Copy)]
enum Ending<'a> {
    /// Nothing was sent: the request could not be built.
    NotBuilt,
    /// Nothing was sent: no connection was made.
    NotConnected,
    /// A complete answer in the API's envelope of a failure.
    Refused(Refusal<'a>),
    /// The API, or a server in front of it, answered with a redirect. It was not followed.
    Redirected,
    /// Anything else: no answer, part of one, or one that was not understood.
    NotUnderstood,
}

#[derive(Debug, Clone, Copy)]
struct Refusal<'a> {
    /// The status of the answer. A call of a batch has none.
    status: Option<StatusCode>,
    code: Option<&'a ErrorCode>,
    /// Whether the failure comes from the portal behind the API (`b24Code`). The API repeats its calls
    /// to the portal by itself (api.md, grade D), so an earlier one may have been applied.
    is_of_the_portal: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decision {
    outcome: Outcome,
    repeat: Repeat,
}

impl Decision {
    const REFUSED: Self = Self {
        outcome: Outcome::NotApplied,
        repeat: Repeat::Never,
    };

    const NOT_NOW: Self = Self {
        outcome: Outcome::NotApplied,
        repeat: Repeat::AfterPause,
    };

    /// It may have been applied, so only an idempotent request is sent again.
    fn unknown(effect: Effect) -> Self {
        let repeat = match effect {
            Effect::Reads | Effect::Sets => Repeat::AfterPause,
            Effect::Adds => Repeat::Never,
        };
        Self {
            outcome: Outcome::Unknown,
            repeat,
        }
    }
}

fn decide(ending: Ending<'_>, effect: Effect) -> Decision {
    let decision = match ending {
        Ending::NotBuilt => Decision::REFUSED,
        Ending::NotConnected => Decision::NOT_NOW,
        Ending::Refused(refusal) => of_refusal(refusal, effect),
        Ending::Redirected => Decision {
            repeat: Repeat::Never,
            ..Decision::unknown(effect)
        },
        Ending::NotUnderstood => Decision::unknown(effect),
    };
    match effect {
        // A read changes nothing, however it ends.
        Effect::Reads => Decision {
            outcome: Outcome::NotApplied,
            ..decision
        },
        Effect::Sets | Effect::Adds => decision,
    }
}

fn of_refusal(refusal: Refusal<'_>, effect: Effect) -> Decision {
    let Some(code) = refusal.code else {
        return Decision::unknown(effect);
    };
    let decision = if is_believed(refusal, code, effect) {
        believed(refusal.status, code)
    } else {
        Decision::unknown(effect)
    };
    match code {
        // The app has a bug, as with `error.warning` (api.md; of this code no source is known).
        ErrorCode::ErrorLoopDetected => Decision {
            repeat: Repeat::Never,
            ..decision
        },
        _ => decision,
    }
}

fn is_believed(refusal: Refusal<'_>, code: &ErrorCode, effect: Effect) -> bool {
    if is_failure_behind_the_api(code) {
        return false;
    }
    let Refusal { status, .. } = refusal;
    // A call of a batch has no status; alone, it would have been answered with the usual one.
    let answered_with = status.map_or_else(|| code.usual_status(), |it| Some(it.as_u16()));
    match effect {
        Effect::Adds => {
            let is_at_the_door =
                matches!(answered_with, Some(400 | 401 | 403 | 404)) || is_rate_limit(status, code);
            is_at_the_door && !refusal.is_of_the_portal
        }
        Effect::Reads | Effect::Sets => {
            let is_refused = matches!(answered_with, Some(400..=499));
            let is_of_transport = matches!(answered_with, Some(408 | 421 | 425));
            (is_refused && !is_of_transport) || is_full_queue(status, code)
        }
    }
}

fn believed(status: Option<StatusCode>, code: &ErrorCode) -> Decision {
    if is_rate_limit(status, code) || is_full_queue(status, code) {
        return Decision::NOT_NOW;
    }
    match code {
        ErrorCode::TokenExpired | ErrorCode::InvalidSession => Decision {
            repeat: Repeat::WithNewSession,
            ..Decision::REFUSED
        },
        _ => Decision::REFUSED,
    }
}

/// Returns whether the code is one of a failure behind the API. With any status, such a failure may
/// have happened after the change was made.
fn is_failure_behind_the_api(code: &ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::BitrixTimeout
            | ErrorCode::BitrixUnavailable
            | ErrorCode::QueueTimeout
            | ErrorCode::TimeoutQuarantine
            | ErrorCode::OperationTimeLimit
            | ErrorCode::InternalError
    )
}

/// Returns whether the API asks to retry later because this key has used up its requests. A call of a
/// batch has no status.
pub(crate) fn is_rate_limit(status: Option<StatusCode>, code: &ErrorCode) -> bool {
    let has_its_status = status.is_none_or(|it| it == StatusCode::TOO_MANY_REQUESTS);
    *code == ErrorCode::RateLimited && has_its_status
}

/// Returns whether the API asks to retry later because it has not begun the request.
fn is_full_queue(status: Option<StatusCode>, code: &ErrorCode) -> bool {
    let has_its_status = status.is_none_or(|it| it == StatusCode::SERVICE_UNAVAILABLE);
    let says_so = matches!(
        code,
        ErrorCode::QueryLimitExceeded | ErrorCode::QueueOverflow
    );
    says_so && has_its_status
}

impl<'a> Ending<'a> {
    fn of(error: &'a Error) -> Self {
        let status = error.status();
        match error.kind() {
            ErrorKind::Configuration => Self::NotBuilt,
            ErrorKind::Connect => Self::NotConnected,
            ErrorKind::Api => Self::Refused(Refusal {
                status,
                code: error.code(),
                is_of_the_portal: error.b24_code().is_some(),
            }),
            _ if status.is_some_and(|status| status.is_redirection()) => Self::Redirected,
            _ => Self::NotUnderstood,
        }
    }
}

impl Error {
    /// Decides what this error means for a request with this effect. An error from before the request
    /// was sent is not changed.
    pub(crate) fn decided(self, effect: Effect) -> Self {
        if !self.was_sent() {
            return self;
        }
        let Decision { outcome, repeat } = decide(Ending::of(&self), effect);
        self.with(|details| {
            details.outcome = outcome;
            details.repeat = repeat;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: impl Into<Option<u16>>, code: ErrorCode, effect: Effect) -> Decision {
        of_portal(status, code, effect, false)
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "the tables below name codes, not references to them"
    )]
    fn of_portal(
        status: impl Into<Option<u16>>,
        code: ErrorCode,
        effect: Effect,
        is_of_the_portal: bool,
    ) -> Decision {
        let status = status.into().map(|it| StatusCode::from_u16(it).unwrap());
        let refusal = Refusal {
            status,
            code: Some(&code),
            is_of_the_portal,
        };
        decide(Ending::Refused(refusal), effect)
    }

    const BEHIND: [ErrorCode; 6] = [
        ErrorCode::BitrixTimeout,
        ErrorCode::BitrixUnavailable,
        ErrorCode::QueueTimeout,
        ErrorCode::TimeoutQuarantine,
        ErrorCode::OperationTimeLimit,
        ErrorCode::InternalError,
    ];

    #[test]
    fn a_failure_behind_the_api_is_unknown_with_any_status_and_inside_a_batch() {
        for code in BEHIND {
            for status in [None, Some(200), Some(400), Some(422), Some(429), Some(503)] {
                for effect in [Effect::Sets, Effect::Adds] {
                    let decision = refused(status, code.clone(), effect);
                    assert_eq!(decision, Decision::unknown(effect), "{code} {status:?}");
                }
            }
        }
    }

    #[test]
    fn a_call_of_a_batch_is_decided_as_the_same_code_alone() {
        let usual = ErrorCode::KNOWN.iter();
        let usual = usual.filter_map(|code| Some((code, code.usual_status()?)));
        // It is not known with which status it comes alone, but only this one asks to retry later.
        for (code, status) in usual.chain([(&ErrorCode::QueueOverflow, 503)]) {
            for effect in [Effect::Reads, Effect::Sets, Effect::Adds] {
                let alone = refused(status, code.clone(), effect);
                assert_eq!(refused(None, code.clone(), effect), alone, "{code}");
            }
        }
    }

    #[test]
    fn an_addition_believes_only_a_refusal_at_the_door() {
        for (status, is_believed) in [
            (400, true),
            (401, true),
            (403, true),
            (404, true),
            (402, false),
            (409, false),
            (422, false),
            (429, false),
            (500, false),
            (503, false),
        ] {
            let code = ErrorCode::Other("BRAND_NEW".to_owned());
            let outcome = refused(status, code.clone(), Effect::Adds).outcome;
            assert_eq!(outcome == Outcome::NotApplied, is_believed, "{status}");
            let outcome = of_portal(status, code, Effect::Adds, true).outcome;
            assert_eq!(outcome, Outcome::Unknown, "{status} with b24Code");
        }
        let limited = refused(429, ErrorCode::RateLimited, Effect::Adds);
        assert_eq!(limited, Decision::NOT_NOW);
        let full = refused(503, ErrorCode::QueryLimitExceeded, Effect::Adds);
        assert_eq!(full, Decision::unknown(Effect::Adds));
    }

    #[test]
    fn a_set_is_sent_again_after_a_full_queue_and_never_after_a_refusal() {
        for code in [ErrorCode::QueryLimitExceeded, ErrorCode::QueueOverflow] {
            assert_eq!(refused(503, code, Effect::Sets), Decision::NOT_NOW);
        }
        for status in [400, 402, 403, 404, 409, 422, 429] {
            let code = ErrorCode::Other("BRAND_NEW".to_owned());
            assert_eq!(refused(status, code, Effect::Sets), Decision::REFUSED);
        }
        for status in [408, 421, 425, 500, 200, 202] {
            let decision = refused(status, ErrorCode::InvalidRequest, Effect::Sets);
            assert_eq!(decision, Decision::unknown(Effect::Sets), "{status}");
        }
    }

    #[test]
    fn a_session_is_renewed_only_after_a_write_that_was_not_applied() {
        for effect in [Effect::Sets, Effect::Adds] {
            let over = refused(401, ErrorCode::TokenExpired, effect);
            assert_eq!(over.repeat, Repeat::WithNewSession);
            assert_eq!(over.outcome, Outcome::NotApplied);
            for status in [200, 408, 500] {
                let odd = refused(status, ErrorCode::TokenExpired, effect);
                assert_eq!(odd, Decision::unknown(effect), "{status}");
            }
        }
    }

    #[test]
    fn what_never_left_was_not_applied_and_what_was_not_understood_may_have_been() {
        for effect in [Effect::Sets, Effect::Adds] {
            assert_eq!(decide(Ending::NotBuilt, effect), Decision::REFUSED);
            assert_eq!(decide(Ending::NotConnected, effect), Decision::NOT_NOW);
            let unknown = Decision::unknown(effect);
            assert_eq!(decide(Ending::NotUnderstood, effect), unknown);
            let redirected = decide(Ending::Redirected, effect);
            assert_eq!(redirected.outcome, Outcome::Unknown);
            assert_eq!(redirected.repeat, Repeat::Never);
        }
    }

    #[test]
    fn a_read_applies_nothing_however_it_ends() {
        for ending in [Ending::NotUnderstood, Ending::Redirected] {
            assert_eq!(decide(ending, Effect::Reads).outcome, Outcome::NotApplied);
        }
    }

    #[test]
    fn what_was_not_built_or_not_connected_was_not_applied_although_its_sending_was_tried() {
        let of = |kind, status: Option<u16>| {
            let error = Error::new(kind, Outcome::Unknown, "it failed").with(|details| {
                details.was_sent = true;
                details.status = status.map(|it| StatusCode::from_u16(it).unwrap());
            });
            let decided = error.decided(Effect::Sets);
            (decided.outcome(), decided.repeat())
        };
        let not_applied = |repeat| (Outcome::NotApplied, repeat);
        let unknown = |repeat| (Outcome::Unknown, repeat);
        assert_eq!(
            of(ErrorKind::Configuration, None),
            not_applied(Repeat::Never)
        );
        assert_eq!(
            of(ErrorKind::Connect, None),
            not_applied(Repeat::AfterPause)
        );
        assert_eq!(of(ErrorKind::Timeout, None), unknown(Repeat::AfterPause));
        assert_eq!(
            of(ErrorKind::NotJson, Some(502)),
            unknown(Repeat::AfterPause)
        );
        assert_eq!(of(ErrorKind::NotJson, Some(302)), unknown(Repeat::Never));
    }

    #[test]
    fn an_error_from_before_the_sending_stays_as_it_is() {
        let decided = Error::not_sent(ErrorKind::Timeout, "too many wait").decided(Effect::Adds);
        assert_eq!(decided.outcome(), Outcome::NotApplied);
    }
}
