//! Times in four bytes, for what is remembered of many records.

use std::time::Duration;

use tokio::time::Instant;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seconds(u32);

/// How many seconds have one number.
const SPAN: u32 = 32;

impl Seconds {
    /// Returns the number of the span that the second is in, and its position there.
    pub(super) fn in_span(self) -> (u32, u8) {
        (self.0 / SPAN, (self.0 % SPAN) as u8)
    }

    /// The reverse of [`Self::in_span`].
    pub(super) fn of_span(span: u32, position: u8) -> Self {
        Self(span * SPAN + u32::from(position))
    }
}

pub(super) struct Epoch(Instant);

impl Epoch {
    pub(super) fn new() -> Self {
        Self(Instant::now())
    }

    /// Rounds up to the next second, so that it is never too early.
    pub(super) fn up(&self, time: Instant) -> Seconds {
        let since = time.saturating_duration_since(self.0).as_secs();
        let after = u32::try_from(since).unwrap_or(u32::MAX);
        Seconds(after.saturating_add(1))
    }

    pub(super) fn time(&self, Seconds(after): Seconds) -> Instant {
        self.0 + Duration::from_secs(after.into())
    }
}

#[cfg(test)]
impl Seconds {
    pub(super) const fn new(after: u32) -> Self {
        Self(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_rounded_up() {
        let epoch = Epoch::new();
        let second = Duration::from_secs(1);
        for millis in [0, 1, 999, 1000, 1001, 120_000] {
            let time = epoch.0 + Duration::from_millis(millis);
            let rounded = epoch.time(epoch.up(time));
            assert!(rounded > time && rounded <= time + second, "{millis}");
        }
        let before = epoch.0.checked_sub(second).unwrap();
        assert!(epoch.time(epoch.up(before)) > before);
    }
}
