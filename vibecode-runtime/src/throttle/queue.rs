//! The queue of one process's budget: waiters get slots in the order of arrival, each on its own timer.
//!
//! A waiter is a future. Its owner may poll it late, rarely, or never again without dropping it, and the
//! waiters behind it must still get their slots. So no lock is held while a waiter waits. Each waiter has
//! a timer, and each poll brings the queue up to date:
//!
//! - The first in the queue gets a slot as soon as the slot log allows it, if it is polled then.
//! - If it is not polled within [`patience`] (one interval of the pace), the waiters behind pass it over.
//!   Its slot is kept for it, until it is next polled. At most [`KEPT_SLOTS`] slots are kept, each for
//!   at most as long as a request that was answered immediately would have occupied it. A waiter
//!   without a kept slot takes its old position again when it is next polled.
//! - A waiter that is dropped frees its position immediately.
//!
//! Example at 300 a minute, so with an interval of 0.2 s. Nothing may be sent before 1.0 s. A, B and C
//! wait in this order, and the owner of A does not poll it:
//!
//! - 1.0 s: A could get a slot, but is not polled.
//! - 1.2 s: B's timer fires. B passes A over, A's slot is kept, and B gets the next slot.
//! - 1.4 s: C gets a slot.
//! - 30 s: A is polled, and immediately gets the slot that was kept.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    time::{Instant, Sleep, sleep_until},
};

use super::{
    BudgetError, LONGEST_WAIT, Permit,
    slot_log::{MARGIN, Slot, SlotLog, WINDOW},
};
use crate::lock::lock;

/// The number of waiters with an exact timer.
///
/// The timer of a waiter further back assumes that nobody before it is dropped. It is corrected when the
/// waiter becomes one of the first. So the cost of a waiter does not grow with their number.
const WATCHED: usize = 16;
/// The maximum number of slots kept for waiters that were passed over. Their requests may be sent
/// together, on top of a burst.
const KEPT_SLOTS: usize = 8;
/// The least time that a waiter has to be polled after its timer fires, however fast the pace is.
const SHORTEST_PATIENCE: Duration = Duration::from_millis(10);

#[derive(Clone)]
pub(super) struct Queue {
    state: Arc<Mutex<QueueState>>,
}

struct QueueState {
    limit: u32,
    log: SlotLog,
    /// By number, in the order of arrival.
    waiting: BTreeMap<u64, Waiter>,
    kept: Vec<KeptSlot>,
    next_number: u64,
    /// When the first in the queue became the first.
    first_since: Instant,
}

struct Waiter {
    waker: Waker,
    wakes_at: Instant,
}

impl Waiter {
    /// Returns from when on the others may pass this waiter over, if it is the first and could be sent
    /// at `may_be_sent_at`.
    fn missed_at(&self, may_be_sent_at: Instant, patience: Duration) -> Instant {
        (may_be_sent_at + patience).max(self.wakes_at + SHORTEST_PATIENCE)
    }
}

/// The kept slot of a waiter that was passed over.
struct KeptSlot {
    number: u64,
    until: Instant,
}

/// When a waiter may be sent.
enum Availability {
    Now(Slot),
    NotBefore(Instant),
    /// The wait would be longer than the longest that is allowed.
    TooLate(Duration),
}

impl Queue {
    pub(super) fn new(limit: u32) -> Self {
        Self {
            state: Arc::new(Mutex::new(QueueState {
                limit,
                log: SlotLog::new(limit),
                waiting: BTreeMap::new(),
                kept: Vec::new(),
                next_number: 0,
                first_since: Instant::now(),
            })),
        }
    }

    /// Waits until a request may be sent. The future borrows nothing.
    pub(super) fn acquire(
        &self,
    ) -> impl Future<Output = Result<Permit, BudgetError>> + Send + use<> {
        let mut position = Position {
            queue: self.clone(),
            number: None,
            gives_up_at: None,
            timer: None,
        };
        poll_fn(move |context| position.poll(context))
    }

    /// Changes the state, then wakes the waiters that the change affects.
    fn change<T>(&self, change: impl FnOnce(&mut QueueState, &mut Vec<Waker>) -> T) -> T {
        let mut woken = Vec::new();
        let result = change(&mut lock(&self.state), &mut woken);
        // Outside the lock: a waker may run any code.
        woken.into_iter().for_each(Waker::wake);
        result
    }

    fn permit(&self, slot: Slot) -> Permit {
        let queue = self.clone();
        Permit::new(move |feedback| {
            let now = Instant::now();
            queue.change(|state, woken| {
                state.log.free(&slot, &feedback, now);
                state.wake_after_answer(now, woken);
            });
        })
    }
}

struct Position {
    queue: Queue,
    /// `None` before the first poll.
    number: Option<u64>,
    gives_up_at: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Position {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Permit, BudgetError>> {
        loop {
            let now = Instant::now();
            let gives_up_at = *self.gives_up_at.get_or_insert(now + LONGEST_WAIT);
            let (number, waker) = (&mut self.number, context.waker());
            let availability = self
                .queue
                .change(|state, woken| state.ask(number, gives_up_at, waker, now, woken));
            let until = match availability {
                Ok(Availability::Now(slot)) => {
                    self.number = None;
                    return Poll::Ready(Ok(self.queue.permit(slot)));
                }
                Ok(Availability::NotBefore(until)) => until.min(gives_up_at),
                Ok(Availability::TooLate(wait)) => {
                    self.leave();
                    return Poll::Ready(Err(BudgetError::too_long(wait)));
                }
                Err(error) => return Poll::Ready(Err(error)),
            };
            match self.sleep_until(until, context) {
                Ok(Poll::Ready(())) => {}
                Ok(Poll::Pending) => return Poll::Pending,
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn sleep_until(
        &mut self,
        until: Instant,
        context: &mut Context<'_>,
    ) -> Result<Poll<()>, BudgetError> {
        if self.timer.is_none() {
            // Creating a timer outside of a runtime panics.
            Handle::try_current().map_err(BudgetError::no_runtime)?;
        }
        let new = || Box::pin(sleep_until(until));
        let timer = self.timer.get_or_insert_with(new);
        if timer.deadline() != until {
            timer.as_mut().reset(until);
        }
        Ok(timer.as_mut().poll(context))
    }
}

impl Position {
    fn leave(&mut self) {
        if let Some(number) = self.number.take() {
            let now = Instant::now();
            self.queue
                .change(|state, woken| state.leave(number, now, woken));
        }
    }
}

impl Drop for Position {
    fn drop(&mut self) {
        self.leave();
    }
}

impl QueueState {
    fn ask(
        &mut self,
        number: &mut Option<u64>,
        gives_up_at: Instant,
        waker: &Waker,
        now: Instant,
        woken: &mut Vec<Waker>,
    ) -> Result<Availability, BudgetError> {
        if self.limit == 0 {
            return Err(limit_of_zero());
        }
        self.drop_old_kept_slots(now);
        let is_new = number.is_none();
        let number = *number.get_or_insert_with(|| {
            self.next_number += 1;
            self.next_number
        });
        if let Some(index) = self.kept.iter().position(|kept| kept.number == number) {
            let Some(opens) = self.log.paused_until(now) else {
                self.kept.swap_remove(index);
                return Ok(Availability::Now(self.log.take_reserved()));
            };
            return Ok(if opens > gives_up_at || now >= gives_up_at {
                Availability::TooLate(self.wait_of(opens, now))
            } else {
                Availability::NotBefore(opens)
            });
        }
        self.join(number, waker, now);
        self.pass_over(number, now, woken);
        let opens = self.log.opens_at(now);
        let rank = self.rank(number);
        if rank == 0 && opens <= now {
            self.waiting.remove(&number);
            self.first_since = now;
            let slot = self.log.take(now);
            self.wake_the_first(now, woken);
            return Ok(Availability::Now(slot));
        }
        // The rank is exact only for a new waiter, which is the last.
        let expected = if is_new {
            after(opens, self.log.interval(now), rank)
        } else {
            opens
        };
        if expected > gives_up_at || now >= gives_up_at {
            return Ok(Availability::TooLate(self.wait_of(expected, now)));
        }
        let wakes_at = self.wake_time(rank, opens, now);
        if let Some(waiter) = self.waiting.get_mut(&number) {
            waiter.wakes_at = wakes_at;
        }
        Ok(Availability::NotBefore(wakes_at))
    }

    /// Returns how long the wait until `expected` is, or longer if the API asked for more.
    fn wait_of(&self, expected: Instant, now: Instant) -> Duration {
        let asked = self.log.asked_until(now).unwrap_or(now);
        expected.max(asked).saturating_duration_since(now)
    }

    fn join(&mut self, number: u64, waker: &Waker, now: Instant) {
        if let Some(waiter) = self.waiting.get_mut(&number) {
            waiter.waker.clone_from(waker);
            return;
        }
        let is_first = self
            .waiting
            .first_key_value()
            .is_none_or(|(first, _)| number < *first);
        if is_first {
            self.first_since = now;
        }
        let waiter = Waiter {
            waker: waker.clone(),
            wakes_at: now,
        };
        self.waiting.insert(number, waiter);
    }

    /// Passes over the waiters before this one that could have been sent but were not polled in time.
    fn pass_over(&mut self, number: u64, now: Instant, woken: &mut Vec<Waker>) {
        loop {
            let opens = self.log.opens_at(now);
            let patience = patience(&self.log, now);
            let Some(mut first) = self.waiting.first_entry() else {
                return;
            };
            let may_be_sent_at = self.first_since.max(opens);
            if *first.key() == number || may_be_sent_at + patience > now {
                return;
            }
            // Its timer is late, since waiters before it were dropped.
            if first.get().wakes_at > now {
                first.get_mut().wakes_at = now;
                woken.push(first.get().waker.clone());
            }
            let missed_at = first.get().missed_at(may_be_sent_at, patience);
            if missed_at > now {
                return;
            }
            if self.kept.len() < KEPT_SLOTS {
                self.log.reserve(may_be_sent_at);
                self.kept.push(KeptSlot {
                    number: *first.key(),
                    until: now + WINDOW + MARGIN,
                });
            }
            woken.push(first.remove().waker);
            self.first_since = missed_at;
        }
    }

    fn drop_old_kept_slots(&mut self, now: Instant) {
        let log = &mut self.log;
        self.kept.retain(|kept| {
            let is_kept = kept.until > now;
            if !is_kept {
                log.give_back();
            }
            is_kept
        });
    }

    /// Returns how many waiters are before this one: an upper bound if it is far back and not last.
    fn rank(&self, number: u64) -> usize {
        let first = self.waiting.keys().take(WATCHED);
        let is_before = first.take_while(|other| **other < number);
        let before = is_before.count();
        if before < WATCHED {
            return before;
        }
        let first = self
            .waiting
            .first_key_value()
            .map_or(number, |(key, _)| *key);
        let numbers = usize::try_from(number - first).unwrap_or(usize::MAX);
        numbers.min(self.waiting.len().saturating_sub(1))
    }

    /// Returns when the waiter of this rank may be sent, or may pass over those before it.
    fn wake_time(&self, rank: usize, opens: Instant, now: Instant) -> Instant {
        let Some(passed) = rank.checked_sub(1) else {
            return opens;
        };
        let patience = patience(&self.log, now);
        let may_be_sent_at = opens.max(self.first_since);
        let first = self.waiting.first_key_value();
        let missed_at = first.map_or(opens, |(_, first)| {
            first.missed_at(may_be_sent_at, patience)
        });
        after(missed_at, patience, passed)
    }

    /// Wakes those of the first waiters whose timers have become too late.
    fn wake_the_first(&mut self, now: Instant, woken: &mut Vec<Waker>) {
        let opens = self.log.opens_at(now);
        let patience = patience(&self.log, now);
        let may_be_sent_at = opens.max(self.first_since);
        let mut waiting = self.waiting.values_mut().take(WATCHED);
        let Some(first) = waiting.next() else { return };
        if opens < first.wakes_at {
            first.wakes_at = opens;
            woken.push(first.waker.clone());
        }
        let missed_at = first.missed_at(may_be_sent_at, patience);
        for (passed, waiter) in waiting.enumerate() {
            let wakes_at = after(missed_at, patience, passed);
            // The first must not be late. For the others a small delay is not worth a wake-up.
            if wakes_at + patience < waiter.wakes_at {
                waiter.wakes_at = wakes_at;
                woken.push(waiter.waker.clone());
            }
        }
    }

    /// After a 429 the pause may be longer than anybody waits. All waiters then have to give up
    /// immediately.
    fn wake_after_answer(&mut self, now: Instant, woken: &mut Vec<Waker>) {
        let pause = self.log.paused_until(now);
        if pause.is_some_and(|opens| opens > now + LONGEST_WAIT) {
            woken.extend(self.waiting.values().map(|waiter| waiter.waker.clone()));
        } else {
            self.wake_the_first(now, woken);
        }
    }

    fn leave(&mut self, number: u64, now: Instant, woken: &mut Vec<Waker>) {
        if let Some(index) = self.kept.iter().position(|kept| kept.number == number) {
            self.kept.swap_remove(index);
            self.log.give_back();
        }
        let first = self.waiting.first_key_value().map(|(first, _)| *first);
        if self.waiting.remove(&number).is_some() && first == Some(number) {
            self.first_since = now;
        }
        self.wake_the_first(now, woken);
    }
}

/// Returns how long the first in the queue has to be polled once it may be sent.
fn patience(log: &SlotLog, now: Instant) -> Duration {
    log.interval(now).max(SHORTEST_PATIENCE)
}

/// Returns `start` plus `steps` times `step`, capped at about a day.
fn after(start: Instant, step: Duration, steps: usize) -> Instant {
    const DAY: Duration = Duration::from_secs(24 * 3_600);
    let steps = u32::try_from(steps).unwrap_or(u32::MAX);
    start + step.saturating_mul(steps).min(DAY)
}

/// The error of a budget whose limit is 0.
pub(super) fn limit_of_zero() -> BudgetError {
    BudgetError::new(
        "the throttle's limit is 0 requests a minute, so nothing may be sent: set a limit, or `Throttle::unlimited()`",
    )
}

#[cfg(test)]
mod tests;
