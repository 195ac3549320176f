//! The slots that others use of the same key's budget.

use tokio::time::Instant;

#[derive(Debug, Default)]
pub(super) struct Occupied {
    latest: Option<(u32, Instant)>,
}

impl Occupied {
    /// Notes the number that an answer shows. A higher number of an earlier answer stays until its time
    /// ends, since answers can overtake each other.
    pub(super) fn note(&mut self, slots: u32, until: Instant, now: Instant) {
        if slots > 0 {
            self.latest = self.present(now).max(Some((slots, until)));
        }
    }

    pub(super) fn slots(&self, now: Instant) -> u32 {
        self.present(now).map_or(0, |(slots, _)| slots)
    }

    pub(super) fn until(&self, now: Instant) -> Option<Instant> {
        self.present(now).map(|(_, until)| until)
    }

    /// Returns when they became free, if none are in use now.
    pub(super) fn freed(&self, now: Instant) -> Option<Instant> {
        self.latest
            .map(|(_, until)| until)
            .filter(|until| *until <= now)
    }

    fn present(&self, now: Instant) -> Option<(u32, Instant)> {
        self.latest.filter(|(_, until)| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_most_stands_and_of_as_many_the_longest() {
        let now = Instant::now();
        let after = |seconds| now + Duration::from_secs(seconds);
        let mut occupied = Occupied::default();
        for (slots, seconds) in [(5, 10), (5, 3), (2, 60), (0, 60)] {
            occupied.note(slots, after(seconds), now);
            assert_eq!(occupied.present(now), Some((5, after(10))));
        }
        assert_eq!(occupied.slots(after(10)), 0);
        occupied.note(2, after(60), after(10));
        assert_eq!(occupied.until(after(10)), Some(after(60)));
    }
}
