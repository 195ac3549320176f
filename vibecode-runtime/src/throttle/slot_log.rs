//! The slot log: who may leave now, or when to ask again. It knows no waiting, only instants.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::{
    Feedback,
    occupied::Occupied,
    pacing::{Pacing, Rate},
};

/// What a limit is counted over.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// After its answer a request is counted for a window yet, and this much longer: for clocks that
/// differ by up to 800 ppm.
pub(super) const MARGIN: Duration = Duration::from_millis(50);
/// How long a 429 closes the gate where it does not say.
const CLOSED: Duration = Duration::from_secs(10);
/// A 429 never closes the gate for longer, or an absurd `Retry-After` would stop a client for good.
/// No known limit of the API counts over more than a minute.
pub(super) const CLOSED_AT_MOST: Duration = Duration::from_secs(600);

/// What others use is left to them for so long at least. Where the API's minute slides, its reset
/// may be that of a single slot, and is over before the next answer tells of the others again.
const OCCUPIED_AT_LEAST: Duration = Duration::from_secs(5);

/// The slots of a limit, by when they are free again.
#[derive(Debug)]
pub(super) struct SlotLog {
    own_limit: u32,
    /// What the API says that the limit is.
    told_limit: Option<u32>,
    in_flight: u32,
    /// Slots of requests that have ended, by when they are free: the earliest first.
    held: VecDeque<Instant>,
    occupied: Occupied,
    pacing: Pacing,
    /// Nothing leaves before.
    gate: Option<Instant>,
    /// How many slots were ever taken.
    taken: u64,
}

/// May a request leave?
#[derive(Debug)]
pub(super) enum Turn {
    Now(Slot),
    /// Not before then: ask again.
    NotBefore(Instant),
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
            told_limit: None,
            in_flight: 0,
            held: VecDeque::new(),
            occupied: Occupied::default(),
            pacing: Pacing::default(),
            gate: None,
            taken: 0,
        }
    }

    /// Takes a slot if a request may leave now.
    pub(super) fn take(&mut self, now: Instant) -> Turn {
        while self.held.front().is_some_and(|free| *free <= now) {
            self.held.pop_front();
        }
        if let Some(wait) = self.wait(now) {
            return Turn::NotBefore(wait);
        }
        self.pacing.leave(now, self.rate());
        self.in_flight += 1;
        self.taken += 1;
        Turn::Now(Slot {
            used: self.used(),
            taken: self.taken,
        })
    }

    /// The request of this slot has ended.
    pub(super) fn free(&mut self, slot: &Slot, feedback: &Feedback, now: Instant) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.held.push_back(now + WINDOW + MARGIN);
        // A limit of 0 would have refused the request that it came with.
        if let Some(limit) = feedback.limit.filter(|limit| *limit > 0) {
            self.told_limit = Some(limit);
        }
        if let Some(remaining) = feedback.remaining {
            let others = self.used_by_others(slot, remaining);
            self.occupied
                .tell(others, now + left_to_others(feedback), now);
        }
        if feedback.is_rate_limited() {
            self.close(now + closed(feedback));
        }
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    fn wait(&self, now: Instant) -> Option<Instant> {
        let gate = self.gate.filter(|gate| *gate > now);
        gate.or_else(|| self.wait_for_a_slot(now))
            .or_else(|| self.pacing.wait(now, self.rate()))
    }

    fn wait_for_a_slot(&self, now: Instant) -> Option<Instant> {
        if self.used().saturating_add(self.occupied.slots(now)) < self.limit() {
            return None;
        }
        // What is in flight now is held for a whole window yet, so nothing is free any sooner than
        // the first of these.
        [self.held.front().copied(), self.occupied.until(now)]
            .into_iter()
            .flatten()
            .chain([now + WINDOW])
            .min()
    }

    /// How many slots the API counts that are not ours, at least.
    ///
    /// The API counted this request somewhere between its departure and its answer. All that it
    /// can have counted of ours then are the slots in use at the departure, and those taken since:
    /// what is free again by now was perhaps counted too.
    fn used_by_others(&self, slot: &Slot, remaining: u32) -> u32 {
        let since = u32::try_from(self.taken - slot.taken).unwrap_or(u32::MAX);
        let ours = slot.used.saturating_add(since);
        self.limit().saturating_sub(ours).saturating_sub(remaining)
    }

    fn close(&mut self, until: Instant) {
        self.gate = self.gate.max(Some(until));
        self.pacing.restart(until, self.rate());
    }

    fn used(&self) -> u32 {
        let held = u32::try_from(self.held.len()).unwrap_or(u32::MAX);
        self.in_flight.saturating_add(held)
    }

    fn limit(&self) -> u32 {
        self.told_limit
            .map_or(self.own_limit, |told| told.min(self.own_limit))
    }

    fn rate(&self) -> Rate {
        Rate::new(self.limit(), WINDOW)
    }
}

/// For how long what others use is left to them.
pub(super) fn left_to_others(feedback: &Feedback) -> Duration {
    reset(feedback)
        .unwrap_or(WINDOW + MARGIN)
        .max(OCCUPIED_AT_LEAST)
}

/// For how long a 429 closes the gate.
pub(super) fn closed(feedback: &Feedback) -> Duration {
    feedback
        .retry_after
        .or_else(|| reset(feedback))
        .map_or(CLOSED, |told| told.min(CLOSED_AT_MOST))
}

/// An absurd time counts as a whole window.
fn reset(feedback: &Feedback) -> Option<Duration> {
    feedback.reset.map(|reset| reset.min(WINDOW + MARGIN))
}
