//! Decides whether and when a request is retried. Pure, except for the tokens that clones share.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::RetryPolicy;
use crate::{Error, error::Repeat, lock::lock};

#[derive(Debug)]
pub(crate) struct Retries {
    policy: RetryPolicy,
    tokens: AtomicU32,
    random: Mutex<fastrand::Rng>,
}

/// The number of tokens that a retry takes.
const PRICE: u32 = 5;
/// The number of tokens that a first attempt returns if it succeeds.
const REWARD: u32 = 1;

impl Retries {
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        let random = policy
            .seed
            .map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Self {
            tokens: AtomicU32::new(policy.retry_tokens),
            random: Mutex::new(random),
            policy,
        }
    }

    pub(crate) fn begin(&self, deadline: Duration) -> Attempts<'_> {
        Attempts {
            shared: self,
            deadline,
            ends_by: None,
            count: 0,
            max: self.attempts(),
            borrowed: 0,
        }
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.policy.attempts.max(1)
    }

    fn random(&self) -> f64 {
        lock(&self.random).f64()
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
        let most = self.policy.retry_tokens;
        // They are nearly always complete. The check avoids a write that clones would contend for.
        if self.tokens.load(Ordering::Relaxed) < most {
            let _ = self
                .tokens
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |there| {
                    Some(most.min(there.saturating_add(tokens)))
                });
        }
    }
}

#[derive(Debug)]
pub(crate) struct Attempts<'a> {
    shared: &'a Retries,
    /// The maximum time from the sending of the first attempt to the end of the last one.
    deadline: Duration,
    ends_by: Option<Instant>,
    count: u32,
    max: u32,
    /// The tokens that the current attempt has taken.
    borrowed: u32,
}

impl Attempts<'_> {
    pub(crate) fn note_sent(&mut self, now: Instant) {
        self.count += 1;
        if self.ends_by.is_none() {
            // A deadline that the clock cannot represent counts as none.
            self.ends_by = now.checked_add(self.deadline);
        }
    }

    /// Notes that the attempt was not sent after all.
    pub(crate) fn note_not_sent(&mut self) {
        self.count = self.count.saturating_sub(1);
        if self.count == 0 {
            self.ends_by = None;
        }
    }

    /// Returns until when another attempt of up to `timeout` may be sent; `None` before the first one.
    pub(crate) fn latest_start(&self, timeout: Duration) -> Option<Instant> {
        let ends_by = self.ends_by?;
        // An attempt that could not use its full timeout is not begun: its outcome would be unknown for
        // no reason.
        Some(ends_by.checked_sub(timeout).unwrap_or_else(Instant::now))
    }

    pub(crate) fn limit(&mut self, attempts: u32) {
        self.max = self.max.min(attempts);
    }

    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    pub(crate) fn succeed(&mut self) {
        self.shared.give(self.borrowed.max(REWARD));
    }

    /// Returns whether another attempt that takes up to `timeout` may begin after this wait: it must end
    /// before the deadline, and there must be enough tokens.
    pub(crate) fn may_begin_after(
        &mut self,
        wait: Duration,
        timeout: Duration,
        now: Instant,
    ) -> bool {
        let in_time = self.ends_by.is_none_or(|ends_by| {
            let end = now.checked_add(wait).and_then(|it| it.checked_add(timeout));
            end.is_some_and(|end| end <= ends_by)
        });
        let may_begin = in_time && self.shared.take(PRICE);
        self.borrowed = if may_begin { PRICE } else { 0 };
        may_begin
    }

    pub(crate) fn wait(&self, error: &Error) -> Option<Duration> {
        let policy = &self.shared.policy;
        let may_repeat = error.repeat() == Repeat::AfterPause;
        let asked = error.retry_after().unwrap_or(Duration::ZERO);
        if !may_repeat || self.count >= self.max || asked > policy.max_retry_after {
            return None;
        }
        let doublings = self.count.saturating_sub(1);
        let most = policy
            .initial_delay
            .saturating_mul(2_u32.saturating_pow(doublings));
        let own = most.min(policy.max_delay).mul_f64(self.shared.random());
        Some(asked.saturating_add(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, Outcome};

    const DEADLINE: Duration = Duration::from_secs(150);
    const TIMEOUT: Duration = Duration::from_secs(30);

    fn later() -> Error {
        Error::new(ErrorKind::Api, Outcome::NotApplied, "it failed")
            .with(|details| details.repeat = Repeat::AfterPause)
    }

    fn asking_for(seconds: u64) -> Error {
        later().with(|details| details.retry_after = Some(Duration::from_secs(seconds)))
    }

    fn wait_after(attempts: &mut Attempts<'_>, error: &Error, now: Instant) -> Option<Duration> {
        let wait = attempts.wait(error)?;
        attempts.may_begin_after(wait, TIMEOUT, now).then_some(wait)
    }

    fn first_wait(policy: RetryPolicy, error: &Error) -> Option<Duration> {
        let retries = Retries::new(policy.seed(7));
        let mut attempts = retries.begin(DEADLINE);
        attempts.note_sent(Instant::now());
        wait_after(&mut attempts, error, Instant::now())
    }

    #[test]
    fn only_an_error_that_allows_it_is_followed_by_another_attempt() {
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
    fn the_waits_grow_up_to_the_cap_and_the_attempts_end() {
        let policy = RetryPolicy::new()
            .attempts(8)
            .initial_delay(Duration::from_secs(1))
            .max_delay(Duration::from_secs(5));
        let longest = (0..400).fold([Duration::ZERO; 8], |mut longest, seed| {
            let retries = Retries::new(policy.clone().seed(seed));
            let mut attempts = retries.begin(DEADLINE);
            for longest in &mut longest {
                let now = Instant::now();
                attempts.note_sent(now);
                let wait = wait_after(&mut attempts, &later(), now);
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
    async fn no_attempt_begins_that_could_not_run_its_full_time_before_the_deadline() {
        let retries = Retries::new(RetryPolicy::new());
        let mut attempts = retries.begin(Duration::from_secs(60));
        attempts.note_sent(Instant::now());
        let deadline = Instant::now() + Duration::from_secs(60);
        assert_eq!(attempts.latest_start(TIMEOUT), Some(deadline - TIMEOUT));
        tokio::time::advance(Duration::from_secs(10)).await;
        let now = Instant::now();
        assert!(wait_after(&mut attempts, &asking_for(19), now).is_some());
        assert_eq!(wait_after(&mut attempts, &asking_for(21), now), None);
    }

    #[test]
    fn an_outage_uses_the_budget_up_and_successes_fill_it() {
        let retries = Retries::new(RetryPolicy::new().retry_tokens(10));
        let again = || {
            let mut attempts = retries.begin(DEADLINE);
            attempts.note_sent(Instant::now());
            wait_after(&mut attempts, &later(), Instant::now()).is_some()
        };
        assert_eq!([again(), again(), again()], [true, true, false]);
        for _ in 0..5 {
            retries.begin(DEADLINE).succeed();
        }
        assert_eq!([again(), again()], [true, false]);
    }

    #[test]
    fn a_further_attempt_that_succeeds_gives_back_what_it_took() {
        let retries = Retries::new(RetryPolicy::new().retry_tokens(5));
        for _ in 0..3 {
            let mut attempts = retries.begin(DEADLINE);
            attempts.note_sent(Instant::now());
            assert!(wait_after(&mut attempts, &later(), Instant::now()).is_some());
            attempts.succeed();
        }
    }

    #[test]
    fn the_largest_number_of_tokens_does_not_overflow() {
        let retries = Retries::new(RetryPolicy::new().retry_tokens(u32::MAX));
        let mut again = retries.begin(DEADLINE);
        again.note_sent(Instant::now());
        assert!(wait_after(&mut again, &later(), Instant::now()).is_some());
        retries.begin(DEADLINE).succeed();
        again.succeed();
        assert_eq!(retries.tokens.load(Ordering::Relaxed), u32::MAX);
    }

    #[test]
    fn the_waits_of_many_clients_are_spread_over_all_of_the_delay() {
        let policy = RetryPolicy::new().initial_delay(Duration::from_secs(1));
        let waits: Vec<f64> = (0..400)
            .map(|seed| {
                let retries = Retries::new(policy.clone().seed(seed));
                let mut attempts = retries.begin(DEADLINE);
                attempts.note_sent(Instant::now());
                attempts.wait(&later()).unwrap().as_secs_f64()
            })
            .collect();
        for tenth in 0..10 {
            let range = f64::from(tenth) / 10.0..f64::from(tenth + 1) / 10.0;
            assert!(waits.iter().any(|wait| range.contains(wait)), "{range:?}");
        }
    }
}
