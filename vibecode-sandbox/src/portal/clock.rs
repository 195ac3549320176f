//! The portal's clock.

use tokio::time::Instant;

use super::calendar::Moment;

/// A clock that is independent of the real date: it starts at the latest time in the seed and runs
/// with tokio's time, so that two runs of a test on a paused clock get the same answers.
#[derive(Debug)]
pub(crate) struct Clock {
    origin: Moment,
    started: Instant,
}

impl Clock {
    pub(crate) fn starting_at(origin: Moment) -> Self {
        Self {
            origin,
            started: Instant::now(),
        }
    }

    /// Returns the time of a change to a record that was last changed at `previous`: at least one
    /// second later, so that every change is visible even while a test's clock is paused.
    pub(crate) fn after(&self, previous: Option<Moment>) -> Moment {
        let passed = i64::try_from(self.started.elapsed().as_secs()).unwrap_or(i64::MAX);
        let now = self.origin.plus(passed);
        previous.map_or(now, |previous| previous.plus(1).max(now))
    }
}
