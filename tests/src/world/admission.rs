//! Admission of requests: keys, sessions, and the limit per minute.

use std::time::Duration;

use super::{
    World,
    answer::{self, Answer},
    dice::Dice,
    http::Request,
};

/// The refusals before the API looks at the request itself.
pub(super) fn refusal(world: &World, request: &Request) -> Option<Answer> {
    let Some(key) = request.header("x-api-key") else {
        return Some(Answer::error(401, "MISSING_API_KEY"));
    };
    if !key.starts_with("vibe_") {
        return Some(Answer::error(401, "INVALID_API_KEY"));
    }
    if world.rules().needs_session {
        let token = request
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "));
        match token {
            None => return Some(Answer::error(401, "OAUTH_REQUIRED")),
            Some(token) if !session_lives(world, token) => {
                return Some(Answer::error(401, "TOKEN_EXPIRED"));
            }
            Some(_) => {}
        }
    }
    let limit = world.rules().per_minute?;
    let since = world.now().saturating_sub(Duration::from_secs(60));
    let begun = world
        .state()
        .ledger
        .seen
        .iter()
        .filter(|seen| seen.begun.is_some_and(|at| at > since))
        .count();
    (begun > limit).then(|| answer::limited(Some(5)))
}

/// Returns whether a session is valid now.
pub(super) fn session_lives(world: &World, token: &str) -> bool {
    let now = world.now();
    world
        .state()
        .sessions
        .get(token)
        .is_some_and(|ends| *ends > now)
}

/// Sometimes adds an odd header about the limit.
pub(super) fn headers(world: &World, answer: &mut Answer, dice: &mut Dice) {
    let odd = &world.rules().headers;
    if world.now() >= world.rules().calm_after {
        return;
    }
    if dice.chance(odd.stray_limit) {
        answer.headers.push(("X-RateLimit-Limit", "5".to_owned()));
    } else if dice.chance(odd.negative_remaining) {
        answer.headers.push(("X-RateLimit-Limit", "300".to_owned()));
        answer
            .headers
            .push(("X-RateLimit-Remaining", "-3".to_owned()));
    }
}
