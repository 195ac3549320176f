//! The portal's own clock.

use tokio::time::Instant;

use crate::calendar::Moment;

/// A clock that does not know what day it is: it begins at the latest moment of the seed and runs
/// with tokio's time, so that two runs of a test on a paused clock answer the same.
#[derive(Debug)]
pub(crate) struct Clock {
    origin: Moment,
    started: Instant,
}

impl Clock {
    /// A clock that starts now and shows `origin`.
    pub(crate) fn starting_at(origin: Moment) -> Self {
        Self {
            origin,
            started: Instant::now(),
        }
    }

    /// The moment of a change to a record that was last changed at `previous`: later by a second at
    /// least, so that every change shows, also while a test's clock stands still.
    pub(crate) fn after(&self, previous: Option<Moment>) -> Moment {
        let passed = i64::try_from(self.started.elapsed().as_secs()).unwrap_or(i64::MAX);
        let now = self.origin.plus(passed);
        previous.map_or(now, |previous| previous.plus(1).max(now))
    }
}
