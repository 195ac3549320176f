//! What an answer says about the budget.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, StatusCode};

use crate::wire::retry_after;

/// A reset from this value on is a Unix time in seconds; a smaller one is a number of seconds from now.
/// The API documents no unit. As a Unix time, this value is the year 2001; as seconds from now, it is
/// in 31 years.
const UNIX_SECONDS: f64 = 1e9;
/// A reset from this value on is a Unix time in milliseconds.
const UNIX_MILLISECONDS: f64 = 1e12;

/// What an answer says about the budget, for [`Permit::finish`](crate::Permit::finish).
///
/// ```
/// use std::time::Duration;
///
/// use http::{HeaderMap, HeaderValue, StatusCode};
/// use vibecode_runtime::Feedback;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("X-RateLimit-Remaining", HeaderValue::from_static("12"));
/// headers.insert("X-RateLimit-Reset", HeaderValue::from_static("48"));
/// let feedback = Feedback::from_answer(StatusCode::OK, &headers, None);
/// assert_eq!(feedback.remaining, Some(12));
/// assert_eq!(feedback.reset, Some(Duration::from_secs(48)));
/// assert!(!feedback.is_rate_limited());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Feedback {
    /// The status of the answer; `None` if there was no answer.
    pub status: Option<StatusCode>,
    /// How many requests the key may send per minute: `X-RateLimit-Limit` (grade D).
    pub limit: Option<u32>,
    /// How many of them are left: `X-RateLimit-Remaining` (grade D).
    pub remaining: Option<u32>,
    /// How long until all of them are available again: `X-RateLimit-Reset`, whose unit is not
    /// documented. A small number is read as seconds, a large one as a Unix time. `None` if the time is
    /// in the past. The value is not checked, so it may be absurd.
    pub reset: Option<Duration>,
    /// How long the API asks to wait: `retryAfter` of an error, or `Retry-After`. The value is not
    /// checked, so it may be absurd.
    pub retry_after: Option<Duration>,
    /// Whether the request was certainly not sent. The API has not counted it then.
    pub not_sent: bool,
}

impl Feedback {
    /// Reads the headers of an answer; `retry_after` is the `retryAfter` of its body, if it has one.
    ///
    /// A value that cannot be read counts as absent; requests are then limited by the client's own
    /// count alone. If a header occurs several times, its most restrictive value counts.
    #[must_use]
    pub fn from_answer(
        status: StatusCode,
        headers: &HeaderMap,
        retry_after: Option<Duration>,
    ) -> Self {
        let numbers = |name: &str| {
            let values = headers.get_all(name).into_iter();
            values.filter_map(|value| number(value.to_str().ok()?))
        };
        let resets = numbers("x-ratelimit-reset");
        Self {
            status: Some(status),
            limit: numbers("x-ratelimit-limit").map(count).min(),
            remaining: numbers("x-ratelimit-remaining").map(count).min(),
            reset: resets
                .filter_map(|value| from_now(value, unix_time()))
                .max(),
            retry_after: retry_after.max(retry_after::of_head(headers)),
            not_sent: false,
        }
    }

    /// Returns the feedback of a request without an answer.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Returns the feedback of a request that was not sent.
    #[must_use]
    pub fn not_sent() -> Self {
        Self {
            not_sent: true,
            ..Self::none()
        }
    }

    /// Returns whether the API refused the request because there were too many: a 429.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.status == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    #[cfg(test)]
    pub(super) fn rate_limited() -> Self {
        Self {
            status: Some(StatusCode::TOO_MANY_REQUESTS),
            ..Self::none()
        }
    }
}

/// Parses the number at the beginning of a header. Some servers append a policy, as in `300, 300;w=60`.
fn number(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let end = text
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

/// Rounds down, since half a request cannot be sent.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, which is what is meant"
)]
fn count(value: f64) -> u32 {
    value as u32
}

fn from_now(reset: f64, unix_time: Duration) -> Option<Duration> {
    let at = if reset >= UNIX_MILLISECONDS {
        reset / 1e3
    } else if reset >= UNIX_SECONDS {
        reset
    } else {
        return Duration::try_from_secs_f64(reset).ok();
    };
    Duration::try_from_secs_f64(at).ok()?.checked_sub(unix_time)
}

/// The wall clock is used only to interpret a Unix time of the API.
fn unix_time() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&'static str, &str)]) -> Feedback {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        Feedback::from_answer(StatusCode::OK, &map, None)
    }

    #[test]
    fn a_reset_is_read_as_seconds_or_as_a_unix_time() {
        let now = Duration::from_secs(1_763_845_200);
        for (reset, read) in [
            (0.0, Some(0)),
            (48.0, Some(48)),
            (90_000.0, Some(90_000)),
            (1_763_845_248.0, Some(48)),
            (1_763_845_248_000.0, Some(48)),
            (1_763_845_199.0, None),
        ] {
            assert_eq!(
                from_now(reset, now),
                read.map(Duration::from_secs),
                "{reset}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_counts_as_absent() {
        for text in ["", "many", "-1", ".", "1.2.3", "NaN", "inf", "ü"] {
            let feedback = read(&[
                ("x-ratelimit-limit", text),
                ("x-ratelimit-remaining", text),
                ("x-ratelimit-reset", text),
                ("retry-after", text),
            ]);
            let nothing = Feedback {
                status: Some(StatusCode::OK),
                ..Feedback::none()
            };
            assert_eq!(feedback, nothing, "{text}");
        }
    }

    #[test]
    fn great_numbers_and_policies_are_read_as_far_as_they_go() {
        let feedback = read(&[
            ("x-ratelimit-limit", "300, 300;w=60"),
            ("x-ratelimit-remaining", "99999999999999999999"),
            ("retry-after", "1.5"),
        ]);
        assert_eq!(feedback.limit, Some(300));
        assert_eq!(feedback.remaining, Some(u32::MAX));
        assert_eq!(feedback.retry_after, Some(Duration::from_millis(1500)));
        let endless = "9".repeat(400);
        let feedback = read(&[("x-ratelimit-reset", &endless), ("retry-after", &endless)]);
        assert_eq!(feedback.reset, None);
        assert_eq!(feedback.retry_after, Some(Duration::MAX));
    }

    #[test]
    fn of_a_header_that_is_there_twice_the_value_counts_that_lets_the_least_leave() {
        for [one, other] in [["5", "300"], ["300", "5"]] {
            let feedback = read(&[
                ("x-ratelimit-limit", one),
                ("x-ratelimit-limit", other),
                ("x-ratelimit-remaining", other),
                ("x-ratelimit-remaining", one),
                ("x-ratelimit-reset", one),
                ("x-ratelimit-reset", other),
            ]);
            assert_eq!((feedback.limit, feedback.remaining), (Some(5), Some(5)));
            assert_eq!(feedback.reset, Some(Duration::from_secs(300)));
        }
    }

    #[test]
    fn the_bodys_wait_comes_before_the_headers() {
        let headers = [(http::header::RETRY_AFTER, "5".parse().unwrap())];
        let wait = Some(Duration::from_secs(7));
        let feedback = Feedback::from_answer(
            StatusCode::TOO_MANY_REQUESTS,
            &headers.into_iter().collect(),
            wait,
        );
        assert_eq!(feedback.retry_after, wait);
        assert!(feedback.is_rate_limited());
    }
}
