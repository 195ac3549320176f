//! The throttle: how many requests may leave, and when. See `queue.rs` for how they wait.
//!
//! queue → slot log (gate, slots, what others use, pace) → permit → feedback of the answer.

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

/// What a key may send a minute (api.md, grade O).
const PER_MINUTE: u32 = 300;
/// Nobody waits longer than this for a session, a place in the throttle, or the lock of a record. A
/// request that would wait longer for the throttle fails, at once if that is known.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// Keeps a client within what the API takes a minute: if there is no room, a request waits.
///
/// Clones share what is left. Give the same throttle to all
/// clients of one API key, since it is the key that the API counts.
///
/// ```
/// use vibecode_runtime::{Feedback, Throttle};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), vibecode_runtime::BudgetError> {
/// let throttle = Throttle::per_minute(300);
/// // What a client does around every request, and so can you for requests of your own:
/// let permit = throttle.acquire().await?;
/// // … send the request, read the answer …
/// permit.finish(Feedback::none());
/// # Ok(())
/// # }
/// ```
///
/// # Rules of `per_minute`
///
/// - A request takes a slot when it leaves and frees it 60.05 s after its answer: then the API has
///   forgotten it, whether its minute slides or is fixed, and whatever its clock says.
/// - Requests leave at an even pace, 60 s divided by the limit (200 ms for 300 a minute), and a
///   burst may be ahead of it: a thirtieth of the limit, at least one (10 for 300 a minute).
/// - After a 429 nothing leaves until its `Retry-After` has passed; if it states none, until
///   `X-RateLimit-Reset`, or else for 10 s. If it asks for more than an hour, a request leaves after
///   an hour to find out whether the pause still holds.
/// - A lower `X-RateLimit-Limit` is obeyed if three answers in a row state the same one, or if it
///   comes with a 429; for three minutes after the last answer that states it. A higher one is not
///   obeyed, nor is one that contradicts `X-RateLimit-Remaining`.
/// - What others send with the same key shows in `X-RateLimit-Remaining`, and is left to them until
///   `X-RateLimit-Reset`, for 5 s at least and 60.05 s at most.
/// - The first to wait is the first to leave, if it is polled in time. Those behind a waiter that is not
///   polled pass it over, and a waiter that is dropped takes nothing.
/// - Nobody waits for more than 15 minutes: such a request fails, and at once if that is known
///   before. [`BudgetError::retry_after`] says after what time it may leave.
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
    /// At most `limit` requests a minute, for this process. The default is 300, which is what a
    /// key was seen to have.
    ///
    /// With 0 every request is an error: it never means "unlimited".
    ///
    /// ```
    /// use std::time::Duration;
    /// use tokio::time::Instant;
    /// use vibecode_runtime::Throttle;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), vibecode_runtime::BudgetError> {
    /// let (throttle, start) = (Throttle::per_minute(60), Instant::now());
    /// for _ in 0..5 {
    ///     let _permit = throttle.acquire().await?;
    /// }
    /// // Two at once, and then one a second.
    /// assert!(start.elapsed() >= Duration::from_secs(3));
    /// assert!(Throttle::per_minute(0).acquire().await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn per_minute(limit: u32) -> Self {
        Self {
            kind: Kind::PerMinute(Queue::new(limit)),
        }
    }

    /// No limit at all: nothing ever waits, not even after a 429.
    ///
    /// ```
    /// use vibecode_runtime::{Client, Credentials, Throttle};
    ///
    /// // For tests, or if something else counts the requests.
    /// let client = Client::builder(Credentials::personal("vibe_api_1"))
    ///     .throttle(Throttle::unlimited())
    ///     .build()?;
    /// # let _: Client = client;
    /// # Ok::<(), vibecode_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            kind: Kind::Unlimited,
        }
    }

    /// A budget of your own, such as one that several processes share: with the feature
    /// `throttle-redis` there is `RedisBudget`.
    ///
    /// ```
    /// use vibecode_runtime::{Acquiring, Budget, Permit, Throttle};
    ///
    /// struct Open;
    ///
    /// impl Budget for Open {
    ///     fn acquire(&self) -> Acquiring<'_> {
    ///         Box::pin(async { Ok(Permit::new(|_feedback| {})) })
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// assert!(Throttle::shared(Open).acquire().await.is_ok());
    /// # }
    /// ```
    #[must_use]
    pub fn shared(budget: impl Budget) -> Self {
        Self {
            kind: Kind::Shared(Arc::new(budget)),
        }
    }

    /// Whether anybody reads what answers say of the limit.
    pub(crate) fn is_limited(&self) -> bool {
        !matches!(self.kind, Kind::Unlimited)
    }

    /// Waits until one request may leave. Finish the permit when its answer is there.
    ///
    /// Dropping the future while it waits takes nothing of the budget.
    ///
    /// ```
    /// use vibecode_runtime::{Feedback, Throttle};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), vibecode_runtime::BudgetError> {
    /// let permit = Throttle::per_minute(300).acquire().await?;
    /// // … send the request, read the answer …
    /// permit.finish(Feedback::none());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`BudgetError`] if the budget does not know whether there is room, or if a request would wait
    /// for more than 15 minutes. Nothing may be sent then.
    pub async fn acquire(&self) -> Result<Permit, BudgetError> {
        match &self.kind {
            Kind::Unlimited => Ok(Permit::new(|_| {})),
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
    async fn a_limit_of_zero_is_an_error_and_no_open_gate() {
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
