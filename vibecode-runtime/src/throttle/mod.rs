//! The throttle: how many requests may be sent, and when. `queue.rs` explains how requests wait.
//!
//! queue → slot log (pause, slots, what others use, pace) → permit → feedback of the answer.

mod believed_limit;
mod budget;
mod feedback;
mod occupied;
mod pacing;
mod queue;
#[cfg(feature = "throttle-redis")]
mod redis;
#[cfg(test)]
mod simulation;
mod slot_log;

use std::{fmt, sync::Arc, time::Duration};

use tokio::{runtime::Handle, time::timeout};

use self::queue::Queue;
#[cfg(feature = "throttle-redis")]
pub use self::redis::RedisBudget;
pub use self::{
    budget::{Acquiring, Budget, BudgetError, Permit},
    feedback::Feedback,
};

/// How many requests a key may send per minute (api.md, grade D).
const PER_MINUTE: u32 = 300;
/// The longest wait for a session, for the throttle, or for the lock of a record. A request that would
/// wait longer for the throttle fails, immediately if that is known in advance.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// Limits the requests of a client to what the API allows per minute. Requests above the limit wait.
///
/// Clones share the limit. The API counts requests per API key, so give the same throttle to all
/// clients of one key.
///
/// ```
/// use vibecode_runtime::{Feedback, Throttle};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), vibecode_runtime::BudgetError> {
/// let throttle = Throttle::per_minute(300);
/// // A client does this around every request. Do the same for your own requests:
/// let permit = throttle.acquire().await?;
/// // … send the request, read the answer …
/// permit.finish(Feedback::none());
/// # Ok(())
/// # }
/// ```
///
/// # Rules of `per_minute`
///
/// - A request takes a slot when it is sent, and frees it 60.05 s after its answer. By then the API no
///   longer counts it, whether its minute is a sliding or a fixed window, and whatever its clock says.
/// - Requests are sent at an even pace: every 60 s divided by the limit (200 ms for 300 a minute). A
///   burst may be ahead of the pace: a thirtieth of the limit, at least one request (10 for 300 a
///   minute). At most 5 requests of a client wait for a new connection at the same time; they are sent
///   when they have one, if need be on top of a burst.
/// - After a 429 nothing is sent, not even a request that still waits for its connection, until its
///   `Retry-After` has passed; if it states none, until `X-RateLimit-Reset`, or else for 10 s. If it
///   asks for more than an hour, a request is sent after an hour to find out whether the pause still
///   holds.
/// - A lower `X-RateLimit-Limit` is obeyed if three answers in a row state the same one, or if it comes
///   with a 429, and for three minutes after the last answer that states it. A higher one is ignored,
///   and so is one that contradicts `X-RateLimit-Remaining`.
/// - Requests that others send with the same key show in `X-RateLimit-Remaining`. Their slots count as
///   occupied until `X-RateLimit-Reset`, for at least 5 s and at most 60.05 s.
/// - Requests are sent in the order in which they began to wait, if they are polled in time. A waiter
///   that is not polled is passed over by those behind it, and a waiter that is dropped takes nothing.
/// - No request waits for more than 15 minutes: it fails, immediately if that is known in advance.
///   [`BudgetError::retry_after`] returns after what time it may be sent.
#[derive(Clone)]
pub struct Throttle {
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Unlimited,
    PerMinute(Queue),
    Shared(Arc<dyn Budget>),
}

impl Throttle {
    /// Allows at most `limit` requests a minute, for this process. The default is 300, which is the
    /// documented limit of a key.
    ///
    /// With 0 every request fails: it does not mean "unlimited".
    #[must_use]
    pub fn per_minute(limit: u32) -> Self {
        Self {
            kind: Kind::PerMinute(Queue::new(limit)),
        }
    }

    /// Sets no limit: no request ever waits, not even after a 429.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            kind: Kind::Unlimited,
        }
    }

    /// Uses a budget of your own, for example one that several processes share. The feature
    /// `throttle-redis` provides one, `RedisBudget`.
    #[must_use]
    pub fn shared(budget: impl Budget) -> Self {
        Self {
            kind: Kind::Shared(Arc::new(budget)),
        }
    }

    /// Returns whether the rate limit headers of answers are used.
    pub(crate) fn is_limited(&self) -> bool {
        !matches!(self.kind, Kind::Unlimited)
    }

    /// Returns a permit if no request ever waits for one.
    pub(crate) fn acquire_at_once(&self) -> Option<Permit> {
        (!self.is_limited()).then(Permit::unlimited)
    }

    /// Waits until one request may be sent. Finish the permit when its answer has arrived.
    ///
    /// Dropping the future while it waits takes nothing from the budget.
    ///
    /// # Errors
    /// [`BudgetError`] if the budget does not know whether a request may be sent, or if the request
    /// would wait for more than 15 minutes. Nothing may be sent then.
    pub async fn acquire(&self) -> Result<Permit, BudgetError> {
        match &self.kind {
            Kind::Unlimited => Ok(Permit::unlimited()),
            Kind::PerMinute(queue) => queue.acquire().await,
            Kind::Shared(budget) => {
                Handle::try_current().map_err(BudgetError::no_runtime)?;
                let permit = timeout(LONGEST_WAIT, budget.acquire()).await;
                permit.unwrap_or_else(|_| Err(BudgetError::no_answer()))
            }
        }
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self::per_minute(PER_MINUTE)
    }
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle")
            .field("limited", &self.is_limited())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn unlimited_never_waits_not_even_after_a_429() {
        let throttle = Throttle::unlimited();
        let start = Instant::now();
        for _ in 0..10_000 {
            throttle
                .acquire()
                .await
                .unwrap()
                .finish(Feedback::rate_limited());
        }
        assert_eq!(start.elapsed().as_nanos(), 0);
    }

    #[tokio::test]
    async fn a_limit_of_zero_is_an_error_and_lets_no_request_through() {
        let refused = Throttle::per_minute(0).acquire().await;
        assert!(refused.unwrap_err().to_string().contains("limit is 0"));
    }

    #[test]
    fn a_throttle_and_its_permits_can_be_sent_between_threads() {
        fn sendable<T: Send + 'static>(_: T) {}
        sendable(Throttle::default());
        sendable(async { Throttle::default().acquire().await });
    }
}
