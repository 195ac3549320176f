//! What others use of the same key's budget.

use tokio::time::Instant;

/// So many slots are used by others, until then.
#[derive(Debug, Default)]
pub(super) struct Occupied {
    latest: Option<(u32, Instant)>,
}

impl Occupied {
    /// An answer tells of so many. What an earlier one told stands until its time, where it was
    /// more: answers overtake each other.
    pub(super) fn tell(&mut self, slots: u32, until: Instant, now: Instant) {
        if slots > 0 && slots >= self.slots(now) {
            self.latest = Some((slots, until));
        }
    }

    /// How many there are now.
    pub(super) fn slots(&self, now: Instant) -> u32 {
        match self.latest {
            Some((slots, until)) if until > now => slots,
            _ => 0,
        }
    }

    /// When they are free, if there are any.
    pub(super) fn until(&self, now: Instant) -> Option<Instant> {
        let (_, until) = self.latest?;
        (until > now).then_some(until)
    }
}
