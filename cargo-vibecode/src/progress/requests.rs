//! The progress of something that waits for requests.

use std::pin::pin;

use tokio::time::{MissedTickBehavior, interval};

use super::{ProgressMeter, TICK, Wait};
use crate::{output::Output, rate_limit::WatchedThrottle};

/// The progress of something that waits for requests.
#[derive(Debug)]
pub(crate) struct RequestProgress {
    meter: ProgressMeter,
    throttle: WatchedThrottle,
}

impl RequestProgress {
    pub(crate) fn new(
        activity: &'static str,
        unit: &'static str,
        total: u64,
        throttle: &WatchedThrottle,
        output: &Output,
    ) -> Self {
        Self {
            meter: ProgressMeter::new(activity, unit, Some(total), output),
            throttle: throttle.clone(),
        }
    }

    /// Waits, and shows the progress and for how long requests have been waiting for the rate limit.
    pub(crate) async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                // The first tick is immediate.
                biased;
                _ = ticks.tick() => {
                    let wait = self.throttle.waiting();
                    self.meter.tick(wait.map(Wait::RateLimit));
                }
                done = &mut work => return done,
            }
        }
    }

    pub(crate) fn advance(&mut self, count: usize) {
        self.meter.advance(u64::try_from(count).unwrap_or_default());
    }
}
