//! The retry settings of a client.

use std::time::Duration;

/// When a failed request is retried automatically, and how often.
///
/// A request is retried only if that cannot add anything twice:
///
/// - after a 429 `RATE_LIMITED`; for a patch that adds and for `create`, only if it has no code of the
///   portal ([`Error::b24_code`](crate::Error::b24_code));
/// - if no connection was made;
/// - if the request is idempotent, which means that repeating it has no further effect: after a 503 with
///   `QUERY_LIMIT_EXCEEDED` or `QUEUE_OVERFLOW`, and after any failure with an unknown outcome, except a
///   redirect and `ERROR_LOOP_DETECTED`. A patch that adds is not idempotent, and neither is `create`.
///
/// Another attempt begins only if it could run for its full time-out before the
/// [deadline](crate::ClientBuilder::deadline).
///
/// The API has no versions of records, so nothing can prevent an older attempt from being applied after
/// a newer change by somebody else.
///
/// ```
/// use std::time::Duration;
/// use vibecode_runtime::RetryPolicy;
///
/// let patient = RetryPolicy::new()
///     .attempts(5)
///     .initial_delay(Duration::from_secs(1))
///     .max_delay(Duration::from_secs(60))
///     .max_retry_after(Duration::from_secs(300))
///     .retry_tokens(2_000);
/// assert_ne!(patient, RetryPolicy::off());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a policy does nothing until `ClientBuilder::retry` takes it"]
pub struct RetryPolicy {
    pub(super) attempts: u32,
    pub(super) initial_delay: Duration,
    pub(super) max_delay: Duration,
    pub(super) max_retry_after: Duration,
    pub(super) retry_tokens: u32,
    pub(super) seed: Option<u64>,
}

impl RetryPolicy {
    /// Returns the default policy: at most 3 attempts, with a random wait of up to 0.5 s before the
    /// second and of up to 1 s before the third.
    pub const fn new() -> Self {
        Self {
            attempts: 3,
            initial_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(20),
            max_retry_after: Duration::from_secs(60),
            retry_tokens: 500,
            seed: None,
        }
    }

    /// Returns a policy without retries: one attempt.
    pub const fn off() -> Self {
        Self::new().attempts(1)
    }

    /// Sets the maximum number of attempts, including the first. By default 3. Zero counts as 1.
    pub const fn attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// Sets the longest wait before the second attempt; it doubles for each further attempt. The wait
    /// is random between zero and that. By default 0.5 s.
    pub const fn initial_delay(self, initial_delay: Duration) -> Self {
        Self {
            initial_delay,
            ..self
        }
    }

    /// Sets an upper limit for the client's own waits before an attempt. By default 20 s.
    pub const fn max_delay(self, max_delay: Duration) -> Self {
        Self { max_delay, ..self }
    }

    /// Sets the longest `Retry-After` that the client waits for. If the API asks for more, the call
    /// fails immediately, and [`Error::retry_after`](crate::Error::retry_after) returns that wait. By
    /// default 60 s.
    pub const fn max_retry_after(self, max_retry_after: Duration) -> Self {
        Self {
            max_retry_after,
            ..self
        }
    }

    /// Sets the number of retry tokens, which a client and its clones share, so that retries do not
    /// multiply the load of an outage. A retry takes 5 tokens and returns them if it succeeds. A first
    /// attempt that succeeds returns one token. Without enough tokens there are no retries. By default
    /// 500.
    pub const fn retry_tokens(self, tokens: u32) -> Self {
        Self {
            retry_tokens: tokens,
            ..self
        }
    }

    /// Seeds the random waits, so that a test is reproducible.
    pub const fn seed(self, seed: u64) -> Self {
        Self {
            seed: Some(seed),
            ..self
        }
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}
