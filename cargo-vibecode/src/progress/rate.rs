//! How fast rows are done while they are being sent, from which the time of the rest is estimated.
//!
//! A wait that will not come again does not count: earlier requests settle once, for minutes. The waits of the rate limit
//! come again and again, and count: with 10 requests a minute there may be ten at once, and then none for a minute. But
//! none of them takes longer than a minute, so what is longer does not count either. The rate is that of the last two
//! minutes, so that a pause is forgotten after them.
//!
//! Example: 120 s until earlier requests have settled, then 400 rows in 20 s are 20 rows a second.

use std::{collections::VecDeque, time::Duration};

use super::Wait;

/// The time over which the rate is measured.
const WINDOW: Duration = Duration::from_secs(120);
/// The longest wait that the rate limit needs.
const LONGEST_REGULAR_WAIT: Duration = Duration::from_secs(60);
/// The time between two samples.
const STEP: Duration = Duration::from_secs(1);

/// How much is done.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Done {
    /// What is counted, such as rows.
    pub(super) count: u64,
    /// The same, or the bytes of a file if its rows are not counted yet.
    pub(super) progress: u64,
}

/// The rate so far.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rate {
    /// When it was recorded last.
    recorded_at: Duration,
    /// The time that does not count.
    waited: Duration,
    /// How much was done after how much time that counts, the earliest first. It is never empty.
    samples: VecDeque<(Duration, Done)>,
}

impl Rate {
    /// Begins with what is done already, now.
    pub(super) fn beginning_at(done: Done) -> Self {
        Self {
            recorded_at: Duration::ZERO,
            waited: Duration::ZERO,
            samples: VecDeque::from([(Duration::ZERO, done)]),
        }
    }

    /// Records how much is done after this time, and what has been waited for since the last call.
    pub(super) fn record(&mut self, elapsed: Duration, done: Done, wait: Option<&Wait>) {
        let since = elapsed.saturating_sub(self.recorded_at);
        self.recorded_at = elapsed;
        self.waited += match wait {
            Some(Wait::Settling(_)) => since,
            Some(Wait::RateLimit(time)) => since.min(time.saturating_sub(LONGEST_REGULAR_WAIT)),
            None => Duration::ZERO,
        };
        let now = self.counted(elapsed);
        let last = self.samples.back().map_or(Duration::ZERO, |last| last.0);
        if now.saturating_sub(last) >= STEP {
            self.samples.push_back((now, done));
        }
        // The second one is old enough to begin with.
        while self
            .samples
            .get(1)
            .is_some_and(|next| now.saturating_sub(next.0) >= WINDOW)
        {
            self.samples.pop_front();
        }
    }

    /// Returns the time of this one that counts.
    fn counted(&self, elapsed: Duration) -> Duration {
        elapsed.saturating_sub(self.waited)
    }

    /// Returns how much was done before the time over which the rate is measured, and that time.
    fn before(&self, elapsed: Duration) -> (Done, Duration) {
        let (begin, done) = self.samples.front().copied().unwrap_or_default();
        (done, self.counted(elapsed).saturating_sub(begin))
    }

    pub(super) fn per_second(&self, elapsed: Duration, done: Done) -> u64 {
        let (before, time) = self.before(elapsed);
        let done = done.count.saturating_sub(before.count);
        let rate = u128::from(done) * 1000 / time.as_millis().max(1);
        u64::try_from(rate).unwrap_or(u64::MAX)
    }

    /// Returns how long this much more takes, if anything was done lately.
    pub(super) fn time_of(&self, more: u64, elapsed: Duration, done: Done) -> Option<Duration> {
        let (before, time) = self.before(elapsed);
        let done = done.progress.saturating_sub(before.progress);
        let millis = (time.as_millis() * u128::from(more)).checked_div(u128::from(done))?;
        Some(Duration::from_millis(
            u64::try_from(millis).unwrap_or(u64::MAX),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn rows(count: u64) -> Done {
        Done {
            count,
            progress: count,
        }
    }

    /// Does this much a second from one moment to another, and records that every second.
    fn work(rate: &mut Rate, (from, to): (u64, u64), done: &mut u64, a_second: u64) {
        for second in from + 1..=to {
            *done += a_second;
            rate.record(seconds(second), rows(*done), None);
        }
    }

    fn wait(rate: &mut Rate, (from, to): (u64, u64), done: u64, wait: impl Fn(u64) -> Wait) {
        for second in from + 1..=to {
            rate.record(seconds(second), rows(done), Some(&wait(second - from)));
        }
    }

    #[test]
    fn a_wait_until_earlier_requests_have_settled_does_not_count() {
        let (mut rate, mut done) = (Rate::beginning_at(Done::default()), 0);
        wait(&mut rate, (0, 240), done, |now| {
            Wait::Settling(seconds(240 - now))
        });
        work(&mut rate, (240, 260), &mut done, 20);
        assert_eq!(rate.per_second(seconds(260), rows(done)), 20);
        assert_eq!(
            rate.time_of(600, seconds(260), rows(done)),
            Some(seconds(30))
        );
    }

    #[test]
    fn a_long_wait_for_the_rate_limit_is_forgotten_and_does_not_raise_the_estimate_by_its_length() {
        let (mut rate, mut done) = (Rate::beginning_at(Done::default()), 0);
        work(&mut rate, (0, 100), &mut done, 20);
        wait(&mut rate, (100, 700), done, |now| {
            Wait::RateLimit(seconds(now))
        });
        let left = rate.time_of(2000, seconds(700), rows(done)).unwrap();
        assert!(left <= seconds(240), "{left:?}");
        work(&mut rate, (700, 821), &mut done, 20);
        assert_eq!(rate.per_second(seconds(821), rows(done)), 20);
    }

    #[test]
    fn the_regular_waits_of_a_low_limit_count() {
        let (mut rate, mut done) = (Rate::beginning_at(Done::default()), 0);
        // Ten requests with 50 rows at once, every minute.
        for minute in 0..10 {
            let begin = minute * 60;
            work(&mut rate, (begin, begin + 1), &mut done, 500);
            wait(&mut rate, (begin + 1, begin + 60), done, |now| {
                Wait::RateLimit(seconds(now))
            });
        }
        let left = rate.time_of(5000, seconds(600), rows(done)).unwrap();
        assert!(seconds(540) <= left && left <= seconds(660), "{left:?}");
    }
}
