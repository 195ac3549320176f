//! The pace of requests: the generic cell rate algorithm (GCRA).

use std::time::Duration;

use tokio::time::Instant;

/// A burst is the limit divided by this: 10 for 300 a minute, which is what a portal takes per second
/// (api.md, grade O).
pub(super) const BURST_OF_LIMIT: u32 = 30;

#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// The time between two requests in the long run.
    pub(super) interval: Duration,
    /// How far requests may be ahead of the pace: the burst without its first request.
    pub(super) ahead: Duration,
}

impl Rate {
    /// Returns the rate of `limit` requests per `time`. A limit of 0 counts as 1.
    pub(super) fn new(limit: u32, time: Duration) -> Self {
        let interval = time / limit.max(1);
        let burst = (limit / BURST_OF_LIMIT).max(1);
        Self {
            interval,
            ahead: interval * (burst - 1),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Pacing {
    /// When the next request would be sent at exactly the pace.
    due: Option<Instant>,
}

impl Pacing {
    /// Returns from when on the next request may be sent, which may be in the past.
    pub(super) fn opens_at(&self, rate: Rate) -> Option<Instant> {
        // An instant before the start of the clock counts as no limit.
        self.due?.checked_sub(rate.ahead)
    }

    pub(super) fn note_sent(&mut self, now: Instant, rate: Rate) {
        self.due = Some(self.due.map_or(now, |due| due.max(now)) + rate.interval);
    }

    /// Keeps exactly to the pace from `then` on, without a burst.
    pub(super) fn restart(&mut self, then: Instant, rate: Rate) {
        let due = then + rate.ahead;
        self.due = Some(self.due.map_or(due, |earlier| earlier.max(due)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    /// When the next request may leave, if that is not now.
    fn wait(pacing: &Pacing, now: Instant, rate: Rate) -> Option<Instant> {
        pacing.opens_at(rate).filter(|then| *then > now)
    }

    #[test]
    fn three_hundred_a_minute_are_one_in_200_ms_and_ten_at_once() {
        let rate = Rate::new(300, MINUTE);
        assert_eq!(rate.interval, Duration::from_millis(200));
        let (mut pacing, now) = (Pacing::default(), Instant::now());
        for _ in 0..10 {
            assert_eq!(wait(&pacing, now, rate), None);
            pacing.note_sent(now, rate);
        }
        assert_eq!(wait(&pacing, now, rate), Some(now + rate.interval));
    }

    #[test]
    fn small_and_huge_limits_have_a_pace() {
        for limit in [0, 1, 2, 29, 30, u32::MAX] {
            let rate = Rate::new(limit, MINUTE);
            let (mut pacing, now) = (Pacing::default(), Instant::now());
            assert_eq!(wait(&pacing, now, rate), None, "{limit}");
            pacing.note_sent(now, rate);
            assert!(wait(&pacing, now, rate).is_none_or(|then| then <= now + MINUTE));
        }
    }

    #[test]
    fn a_restart_begins_without_a_burst() {
        let rate = Rate::new(300, MINUTE);
        let (mut pacing, now) = (Pacing::default(), Instant::now());
        let then = now + MINUTE;
        pacing.restart(then, rate);
        assert_eq!(wait(&pacing, now, rate), Some(then));
        pacing.note_sent(then, rate);
        assert_eq!(wait(&pacing, then, rate), Some(then + rate.interval));
    }
}
