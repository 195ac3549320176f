//! The slot log: computes from when on the next request may be sent. It never waits; it only computes
//! instants.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::{
    Feedback,
    believed_limit::{self, BelievedLimit},
    occupied::Occupied,
    pacing::{Pacing, Rate},
};

/// The period that a limit applies to.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// A request counts for a whole window after its answer, and for this much longer, to allow for clocks
/// that differ by up to 800 ppm.
pub(super) const MARGIN: Duration = Duration::from_millis(50);
/// How long requests pause after a 429 that states no time.
const USUAL_PAUSE: Duration = Duration::from_secs(10);
/// The longest pause. After it, a request is sent to find out whether the pause still holds, so that an
/// absurd `Retry-After` cannot stop a client for good.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// The longest `Retry-After` that is reported: a longer one could overflow the clock.
pub(super) const LONGEST_ASKED_PAUSE: Duration = Duration::from_secs(365 * 24 * 3_600);

/// The least time for which slots used by others count as occupied. If the API's minute is a sliding
/// window, its reset may be that of a single slot, which ends before the next answer shows the others
/// again.
const OCCUPIED_AT_LEAST: Duration = Duration::from_secs(5);

/// The slots of a limit, by when they become free.
#[derive(Debug)]
pub(super) struct SlotLog {
    own_limit: u32,
    stated_limit: BelievedLimit,
    /// Slots of requests under way, and those that are kept for waiters.
    in_flight: u32,
    /// When the slots of ended requests become free, the earliest first.
    held: VecDeque<Instant>,
    freed: Option<Instant>,
    occupied: Occupied,
    pacing: Pacing,
    pause: Option<Pause>,
    taken: u64,
}

#[derive(Debug, Clone, Copy)]
struct Pause {
    /// Nothing is sent before.
    opens: Instant,
    /// What the API asked for, which may be later.
    asked: Instant,
}

/// The slot that a request took, to be freed when it has ended.
#[derive(Debug)]
pub(super) struct Slot {
    /// How many slots were in use when it was sent, including its own.
    used: u32,
    /// How many slots had been taken in total by then.
    taken: u64,
}

impl SlotLog {
    pub(super) fn new(limit: u32) -> Self {
        Self {
            own_limit: limit,
            stated_limit: BelievedLimit::default(),
            in_flight: 0,
            held: VecDeque::new(),
            freed: None,
            occupied: Occupied::default(),
            pacing: Pacing::default(),
            pause: None,
            taken: 0,
        }
    }

    /// Returns the earliest time for the next request. If it is not after `now`, it may be sent now. A time
    /// in the future may turn out to be too early, since an answer that is still outstanding can delay
    /// it.
    pub(super) fn opens_at(&mut self, now: Instant) -> Instant {
        self.free_held(now);
        let slot = if self.used().saturating_add(self.occupied.slots(now)) < self.limit(now) {
            self.freed.max(self.occupied.freed(now))
        } else {
            // The slot of a request in flight stays in use for a whole window after its answer, so no
            // slot becomes free before the first of these.
            [self.held.front().copied(), self.occupied.until(now)]
                .into_iter()
                .flatten()
                .chain([now + WINDOW])
                .min()
        };
        let pause = self.pause.map(|pause| pause.opens);
        let pace = self.pacing.opens_at(self.rate(now));
        // If nothing delays it, it could have been sent at any time.
        slot.max(pause).max(pace).unwrap_or(now)
    }

    pub(super) fn paused_until(&self, now: Instant) -> Option<Instant> {
        let pause = self.pause.filter(|pause| pause.opens > now)?;
        Some(pause.opens)
    }

    /// Returns until when the API asked to send nothing, during a pause.
    pub(super) fn asked_until(&self, now: Instant) -> Option<Instant> {
        let pause = self.pause.filter(|pause| pause.opens > now)?;
        Some(pause.asked)
    }

    pub(super) fn interval(&self, now: Instant) -> Duration {
        self.rate(now).interval
    }

    /// Takes the slot of a request that is sent, which [`SlotLog::opens_at`] must allow.
    pub(super) fn take(&mut self, now: Instant) -> Slot {
        self.reserve(now);
        self.take_reserved()
    }

    /// Reserves a slot for a request that could have been sent at this time.
    pub(super) fn reserve(&mut self, then: Instant) {
        self.pacing.note_sent(then, self.rate(then));
        self.in_flight += 1;
    }

    pub(super) fn take_reserved(&mut self) -> Slot {
        self.taken += 1;
        Slot {
            used: self.used(),
            taken: self.taken,
        }
    }

    /// Gives up the reserved slot of a request that will not be sent.
    pub(super) fn give_back(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    pub(super) fn free(&mut self, slot: &Slot, feedback: &Feedback, now: Instant) {
        if feedback.not_sent {
            self.give_back();
            return;
        }
        self.in_flight = self.in_flight.saturating_sub(1);
        self.held.push_back(now + WINDOW + MARGIN);
        self.stated_limit.note(feedback, now);
        if let Some(others) = self.used_by_others(slot, feedback, now) {
            self.occupied
                .note(others, now + left_to_others(feedback), now);
        }
        if feedback.is_rate_limited() {
            self.begin_pause(pause_after(feedback), now);
        }
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    fn free_held(&mut self, now: Instant) {
        while let Some(free) = self.held.front().filter(|free| **free <= now) {
            self.freed = Some(*free);
            self.held.pop_front();
        }
    }

    /// Returns a lower bound of how many slots the API counts that are not ours. It counted this
    /// request at some time between its sending and its answer. Of our slots, it can have counted at
    /// most those in use when the request was sent, and those taken since, even if they have become
    /// free meanwhile.
    fn used_by_others(&self, slot: &Slot, feedback: &Feedback, now: Instant) -> Option<u32> {
        let remaining = feedback.remaining?;
        let limit = match feedback.limit {
            // The remaining number refers to the limit that is stated with it.
            Some(_) => believed_limit::plausible(feedback)?.min(self.own_limit),
            None => self.limit(now),
        };
        let since = u32::try_from(self.taken - slot.taken).unwrap_or(u32::MAX);
        let ours = slot.used.saturating_add(since);
        Some(limit.saturating_sub(ours).saturating_sub(remaining))
    }

    fn begin_pause(&mut self, pause: Duration, now: Instant) {
        let pause = Pause {
            opens: now + pause.min(LONGEST_PAUSE),
            asked: now + pause.min(LONGEST_ASKED_PAUSE),
        };
        let earlier = self.pause.unwrap_or(pause);
        self.pause = Some(Pause {
            opens: pause.opens.max(earlier.opens),
            asked: pause.asked.max(earlier.asked),
        });
        self.pacing.restart(pause.opens, self.rate(now));
    }

    fn used(&self) -> u32 {
        let held = u32::try_from(self.held.len()).unwrap_or(u32::MAX);
        self.in_flight.saturating_add(held)
    }

    fn limit(&self, now: Instant) -> u32 {
        let stated = self.stated_limit.at(now);
        stated.map_or(self.own_limit, |stated| stated.min(self.own_limit))
    }

    fn rate(&self, now: Instant) -> Rate {
        Rate::new(self.limit(now), WINDOW)
    }
}

/// Returns how long slots used by others count as occupied.
pub(super) fn left_to_others(feedback: &Feedback) -> Duration {
    reset(feedback)
        .unwrap_or(WINDOW + MARGIN)
        .max(OCCUPIED_AT_LEAST)
}

/// Returns the pause that a 429 requires.
pub(super) fn pause_after(feedback: &Feedback) -> Duration {
    feedback
        .retry_after
        .or_else(|| reset(feedback))
        .unwrap_or(USUAL_PAUSE)
}

/// Caps an absurd time at a whole window.
fn reset(feedback: &Feedback) -> Option<Duration> {
    feedback.reset.map(|reset| reset.min(WINDOW + MARGIN))
}
