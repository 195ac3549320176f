//! All times that matter when a worker dies, derived from the settle time.

use std::time::Duration;

/// How often a worker sends a sign of life, to apalis and for each lock that it holds.
const ALIVE_EVERY: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// How long after its attempt has ended a request may still be applied, whoever sent it: see
    /// `ClientBuilder::settle_time`.
    pub(crate) settle: Duration,
    /// The interval between renewals of a lock. If Redis has not answered after another such
    /// interval, the job stops.
    pub(crate) renew_every: Duration,
    /// A lock that is not renewed is free after this time.
    pub(crate) lease: Duration,
    pub(crate) heartbeat: Duration,
    pub(crate) missed_heartbeats: usize,
}

impl Times {
    /// The rule: `orphan time > lease > settle + 2 × renew_every`.
    ///
    /// A worker that dies may have sent its request in its last moment, up to two renewals after
    /// the lock was last renewed in Redis; from then on the request may be under way for the settle
    /// time. Until then a read may not show what it adds, so nobody else may touch the record. The
    /// third renewal is a margin for a busy machine. The orphan comes later still, because before
    /// that it would only wait for the lock.
    pub(crate) fn of(settle: Duration) -> Self {
        let lease = settle + 3 * ALIVE_EVERY;
        // One more, because the last heartbeat is older than the death; one more, because apalis
        // counts in whole seconds.
        let missed_heartbeats = lease.as_millis().div_ceil(ALIVE_EVERY.as_millis()) + 2;
        Self {
            settle,
            renew_every: ALIVE_EVERY,
            lease,
            heartbeat: ALIVE_EVERY,
            missed_heartbeats: usize::try_from(missed_heartbeats).unwrap_or(usize::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orphan_waits_until_nothing_of_the_dead_can_arrive() {
        for milliseconds in [0, 1, 1500, 10_000, 62_000, 150_001] {
            let times = Times::of(Duration::from_millis(milliseconds));
            let config = crate::queue::config(&times);
            assert!(times.lease > times.settle + 2 * times.renew_every);
            assert!(config.orphaned_duration() > times.lease, "{times:?}");
        }
    }
}
