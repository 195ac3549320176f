//! The slot log: from when on the next request may leave. It knows no waiting, only instants.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::{
    Feedback,
    believed_limit::{self, BelievedLimit},
    occupied::Occupied,
    pacing::{Pacing, Rate},
};

/// What a limit is counted over.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// After its answer a request is counted for a window yet, and this much longer: for clocks that
/// differ by up to 800 ppm.
pub(super) const MARGIN: Duration = Duration::from_millis(50);
/// How long a 429 that states no time closes the gate.
const CLOSED: Duration = Duration::from_secs(10);
/// After this long a request finds out whether a longer pause still holds, so that an absurd
/// `Retry-After` cannot stop a client for good.
pub(super) const CLOSED_AT_MOST: Duration = Duration::from_secs(3_600);
/// A longer `Retry-After` may be beyond what the clock holds.
pub(super) const ASKED_AT_MOST: Duration = Duration::from_secs(365 * 24 * 3_600);

/// What others use is left to them for at least this long. If the API's minute slides, its reset
/// may be that of a single slot, which is over before the next answer shows the others again.
const OCCUPIED_AT_LEAST: Duration = Duration::from_secs(5);

/// The slots of a limit, by when they are free again.
#[derive(Debug)]
pub(super) struct SlotLog {
    own_limit: u32,
    stated_limit: BelievedLimit,
    /// Slots of requests under way, and those that are kept for waiters.
    in_flight: u32,
    /// Slots of requests that have ended, by when they are free: the earliest first.
    held: VecDeque<Instant>,
    /// When a slot was last freed.
    freed: Option<Instant>,
    occupied: Occupied,
    pacing: Pacing,
    gate: Option<Gate>,
    /// How many slots were ever taken.
    taken: u64,
}

/// The pause that a 429 asks for.
#[derive(Debug, Clone, Copy)]
struct Gate {
    /// Nothing leaves before.
    opens: Instant,
    /// What the API asked for, which may be more.
    asked: Instant,
}

/// What a request took, to be freed when it has ended.
#[derive(Debug)]
pub(super) struct Slot {
    /// How many slots were in use when it left, its own included.
    used: u32,
    /// How many had ever been taken then.
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
            gate: None,
            taken: 0,
        }
    }

    /// From when on the next request may leave: not after `now` if it may leave now. A time in the
    /// future may turn out to be too early, since an answer under way can delay it.
    pub(super) fn opens_at(&mut self, now: Instant) -> Instant {
        self.free_held(now);
        let slot = if self.used().saturating_add(self.occupied.slots(now)) < self.limit(now) {
            self.freed.max(self.occupied.freed(now))
        } else {
            // What is in flight now is held for a whole window yet, so nothing is free any sooner
            // than the first of these.
            [self.held.front().copied(), self.occupied.until(now)]
                .into_iter()
                .flatten()
                .chain([now + WINDOW])
                .min()
        };
        let gate = self.gate.map(|gate| gate.opens);
        let pace = self.pacing.opens_at(self.rate(now));
        // If nothing holds it up, it might have left at any time.
        slot.max(gate).max(pace).unwrap_or(now)
    }

    /// Until when nothing leaves because of a 429: when the gate opens.
    pub(super) fn closed_until(&self, now: Instant) -> Option<Instant> {
        let gate = self.gate.filter(|gate| gate.opens > now)?;
        Some(gate.opens)
    }

    /// Until when the API asked to send nothing, while the gate is closed.
    pub(super) fn asked_until(&self, now: Instant) -> Option<Instant> {
        let gate = self.gate.filter(|gate| gate.opens > now)?;
        Some(gate.asked)
    }

    /// Between two requests, in the long run.
    pub(super) fn interval(&self, now: Instant) -> Duration {
        self.rate(now).interval
    }

    /// A request leaves, which [`SlotLog::opens_at`] allows.
    pub(super) fn take(&mut self, now: Instant) -> Slot {
        self.reserve(now);
        self.take_reserved()
    }

    /// Keeps a slot for a request that might have left at this time.
    pub(super) fn reserve(&mut self, then: Instant) {
        self.pacing.leave(then, self.rate(then));
        self.in_flight += 1;
    }

    /// The request of a reserved slot leaves.
    pub(super) fn take_reserved(&mut self) -> Slot {
        self.taken += 1;
        Slot {
            used: self.used(),
            taken: self.taken,
        }
    }

    /// The request of a reserved slot will not leave.
    pub(super) fn give_back(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// The request of this slot has ended.
    pub(super) fn free(&mut self, slot: &Slot, feedback: &Feedback, now: Instant) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.held.push_back(now + WINDOW + MARGIN);
        self.stated_limit.note(feedback, now);
        if let Some(others) = self.used_by_others(slot, feedback, now) {
            self.occupied
                .tell(others, now + left_to_others(feedback), now);
        }
        if feedback.is_rate_limited() {
            self.close(closed(feedback), now);
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

    /// How many slots the API counts that are not ours, at least.
    ///
    /// The API counted this request somewhere between its departure and its answer. All that it
    /// can have counted of ours then are the slots in use at the departure, and those taken since:
    /// what is free again by now was perhaps counted too.
    fn used_by_others(&self, slot: &Slot, feedback: &Feedback, now: Instant) -> Option<u32> {
        let remaining = feedback.remaining?;
        let limit = match feedback.limit {
            // What remains is a part of the limit that is stated beside it.
            Some(_) => believed_limit::plausible(feedback)?.min(self.own_limit),
            None => self.limit(now),
        };
        let since = u32::try_from(self.taken - slot.taken).unwrap_or(u32::MAX);
        let ours = slot.used.saturating_add(since);
        Some(limit.saturating_sub(ours).saturating_sub(remaining))
    }

    fn close(&mut self, pause: Duration, now: Instant) {
        let gate = Gate {
            opens: now + pause.min(CLOSED_AT_MOST),
            asked: now + pause.min(ASKED_AT_MOST),
        };
        let earlier = self.gate.unwrap_or(gate);
        self.gate = Some(Gate {
            opens: gate.opens.max(earlier.opens),
            asked: gate.asked.max(earlier.asked),
        });
        self.pacing.restart(gate.opens, self.rate(now));
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

/// For how long what others use is left to them.
pub(super) fn left_to_others(feedback: &Feedback) -> Duration {
    reset(feedback)
        .unwrap_or(WINDOW + MARGIN)
        .max(OCCUPIED_AT_LEAST)
}

/// The pause that a 429 asks for.
pub(super) fn closed(feedback: &Feedback) -> Duration {
    feedback
        .retry_after
        .or_else(|| reset(feedback))
        .unwrap_or(CLOSED)
}

/// An absurd time counts as a whole window.
fn reset(feedback: &Feedback) -> Option<Duration> {
    feedback.reset.map(|reset| reset.min(WINDOW + MARGIN))
}
