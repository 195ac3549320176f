//! Whether and when a request is sent once more: pure, but for the tokens that clones share.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::RetryPolicy;
use crate::{Error, error::Repeat};

/// What clones of a client share of their retries.
#[derive(Debug)]
pub(crate) struct Retries {
    policy: RetryPolicy,
    tokens: AtomicU32,
    random: Mutex<fastrand::Rng>,
}

/// What a further try takes from the budget.
const PRICE: u32 = 5;
/// What a first try that succeeds gives to it.
const REWARD: u32 = 1;

impl Retries {
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        let random = policy
            .seed
            .map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Self {
            tokens: AtomicU32::new(policy.budget),
            random: Mutex::new(random),
            policy,
        }
    }

    /// The tries of one call begin; none begins after the deadline.
    pub(crate) fn begin(&self, deadline: Duration) -> Tries<'_> {
        Tries {
            shared: self,
            deadline,
            last: None,
            count: 0,
            borrowed: 0,
        }
    }

    /// How many tries there are at most.
    pub(crate) fn attempts(&self) -> u32 {
        self.policy.attempts.max(1)
    }

    fn random(&self) -> f64 {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        random.f64()
    }

    fn take(&self, tokens: u32) -> bool {
        let taken = self
            .tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |there| {
                there.checked_sub(tokens)
            });
        taken.is_ok()
    }

    fn give(&self, tokens: u32) {
        let most = self.policy.budget;
        // Full, as it nearly always is, it costs no write that clones would wait for.
        if self.tokens.load(Ordering::Relaxed) < most {
            let _ = self
                .tokens
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |there| {
                    Some(most.min(there + tokens))
                });
        }
    }
}

/// The tries of one call.
#[derive(Debug)]
pub(crate) struct Tries<'a> {
    shared: &'a Retries,
    deadline: Duration,
    /// When the last try that may begin has begun; from the departure of the first.
    last: Option<Instant>,
    count: u32,
    /// Tokens of the try under way.
    borrowed: u32,
}

impl Tries<'_> {
    /// A try departs.
    pub(crate) fn depart(&mut self, now: Instant) {
        self.count += 1;
        if self.last.is_none() {
            // A deadline beyond what the clock holds is none.
            self.last = now.checked_add(self.deadline);
        }
    }

    /// When no further try may depart any more, once the first has departed.
    pub(crate) fn latest_departure(&self) -> Option<Instant> {
        self.last
    }

    /// How long the try that departs now may take, where the deadline leaves less than this.
    pub(crate) fn time_left(&self, now: Instant, timeout: Duration) -> Duration {
        self.last.map_or(timeout, |last| {
            timeout.min(last.saturating_duration_since(now))
        })
    }

    /// How many tries have departed.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// A try succeeded.
    pub(crate) fn succeed(&mut self) {
        self.shared.give(self.borrowed.max(REWARD));
    }

    /// Whether the next try may begin after this wait: before the deadline, and while there are
    /// tokens.
    pub(crate) fn may_begin_after(&mut self, wait: Duration, now: Instant) -> bool {
        let in_time = self
            .last
            .is_none_or(|last| now.checked_add(wait).is_some_and(|next| next < last));
        let may_begin = in_time && self.shared.take(PRICE);
        self.borrowed = if may_begin { PRICE } else { 0 };
        may_begin
    }

    /// How long to wait before the next try, if there may be one.
    pub(crate) fn wait(&self, error: &Error) -> Option<Duration> {
        let policy = &self.shared.policy;
        let may_repeat = error.repeat() == Repeat::AfterPause;
        let asked = error.retry_after().unwrap_or(Duration::ZERO);
        if !may_repeat || self.count >= policy.attempts || asked > policy.longest_wait {
            return None;
        }
        let doublings = self.count.saturating_sub(1);
        let most = policy.base.saturating_mul(2_u32.saturating_pow(doublings));
        let own = most.min(policy.cap).mul_f64(self.shared.random());
        Some(asked.saturating_add(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, Outcome};

    const DEADLINE: Duration = Duration::from_secs(150);

    fn later() -> Error {
        Error::new(ErrorKind::Api, Outcome::NotApplied, "it failed")
            .with(|details| details.repeat = Repeat::AfterPause)
    }

    fn asking_for(seconds: u64) -> Error {
        later().with(|details| details.retry_after = Some(Duration::from_secs(seconds)))
    }

    fn wait_after(tries: &mut Tries<'_>, error: &Error, now: Instant) -> Option<Duration> {
        let wait = tries.wait(error)?;
        tries.may_begin_after(wait, now).then_some(wait)
    }

    fn first_wait(policy: RetryPolicy, error: &Error) -> Option<Duration> {
        let retries = Retries::new(policy.seed(7));
        let mut tries = retries.begin(DEADLINE);
        tries.depart(Instant::now());
        wait_after(&mut tries, error, Instant::now())
    }

    #[test]
    fn only_an_error_that_allows_it_is_followed_by_another_try() {
        assert!(first_wait(RetryPolicy::new(), &later()).is_some());
        for repeat in [Repeat::Never, Repeat::WithNewSession] {
            let error = later().with(|details| details.repeat = repeat);
            assert_eq!(first_wait(RetryPolicy::new(), &error), None);
        }
    }

    #[test]
    fn a_policy_that_is_off_sends_nothing_again() {
        assert_eq!(first_wait(RetryPolicy::off(), &later()), None);
    }

    #[test]
    fn the_waits_grow_up_to_the_cap_and_the_tries_end() {
        let policy = RetryPolicy::new()
            .attempts(8)
            .base(Duration::from_secs(1))
            .cap(Duration::from_secs(5));
        let longest = (0..400).fold([Duration::ZERO; 8], |mut longest, seed| {
            let retries = Retries::new(policy.clone().seed(seed));
            let mut tries = retries.begin(DEADLINE);
            for longest in &mut longest {
                let now = Instant::now();
                tries.depart(now);
                let wait = wait_after(&mut tries, &later(), now);
                *longest = (*longest).max(wait.unwrap_or_default());
            }
            longest
        });
        for (longest, most) in longest.iter().zip([1.0, 2.0, 4.0, 5.0, 5.0, 5.0, 5.0, 0.0]) {
            let longest = longest.as_secs_f64();
            assert!(longest <= most && longest >= 0.9 * most, "{longest} {most}");
        }
    }

    #[test]
    fn the_api_is_given_the_time_it_asks_for() {
        let wait = first_wait(RetryPolicy::new(), &asking_for(7)).unwrap();
        assert!(wait >= Duration::from_secs(7), "{wait:?}");
        assert!(wait <= Duration::from_millis(7_500), "{wait:?}");
    }

    #[test]
    fn a_wait_beyond_the_longest_ends_the_call_at_once() {
        let at = |seconds| first_wait(RetryPolicy::new(), &asking_for(seconds));
        assert!(at(60).is_some());
        assert_eq!(at(61), None);
        assert_eq!(at(u64::MAX), None);
    }

    #[tokio::test(start_paused = true)]
    async fn no_try_begins_after_the_deadline() {
        let retries = Retries::new(RetryPolicy::new());
        let mut tries = retries.begin(Duration::from_secs(10));
        tries.depart(Instant::now());
        tokio::time::advance(Duration::from_secs(4)).await;
        let now = Instant::now();
        assert_eq!(
            tries.time_left(now, Duration::from_secs(9)),
            Duration::from_secs(6)
        );
        assert!(wait_after(&mut tries, &asking_for(5), now).is_some());
        assert_eq!(wait_after(&mut tries, &asking_for(6), now), None);
    }

    #[test]
    fn an_outage_uses_the_budget_up_and_successes_fill_it() {
        let retries = Retries::new(RetryPolicy::new().budget(10));
        let again = || {
            let mut tries = retries.begin(DEADLINE);
            tries.depart(Instant::now());
            wait_after(&mut tries, &later(), Instant::now()).is_some()
        };
        assert_eq!([again(), again(), again()], [true, true, false]);
        for _ in 0..5 {
            retries.begin(DEADLINE).succeed();
        }
        assert_eq!([again(), again()], [true, false]);
    }

    #[test]
    fn a_further_try_that_succeeds_gives_back_what_it_took() {
        let retries = Retries::new(RetryPolicy::new().budget(5));
        for _ in 0..3 {
            let mut tries = retries.begin(DEADLINE);
            tries.depart(Instant::now());
            assert!(wait_after(&mut tries, &later(), Instant::now()).is_some());
            tries.succeed();
        }
    }
}
