//! The lock of one record: who holds it, and who waits for it.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::{Additions, Records, State, Target};
use crate::{MultifieldEntry, equality::EntryKey};

/// Who waits for a record.
#[derive(Debug, Default)]
pub(super) struct Queue {
    is_held: bool,
    waiting: VecDeque<Arc<Ticket>>,
}

/// A place in a queue. It says by itself whether its turn has come, so nobody has to be polled for
/// the queue to go on.
#[derive(Debug)]
pub(super) struct Ticket {
    is_granted: AtomicBool,
    woken: Arc<Notify>,
}

impl Queue {
    /// Takes the lock if it is free, and a place in the queue otherwise.
    pub(super) fn join(&mut self, woken: impl FnOnce() -> Arc<Notify>) -> Option<Arc<Ticket>> {
        if !self.is_held {
            self.is_held = true;
            return None;
        }
        let ticket = Arc::new(Ticket {
            is_granted: AtomicBool::new(false),
            woken: woken(),
        });
        self.waiting.push_back(Arc::clone(&ticket));
        Some(ticket)
    }

    /// Gives the lock to the next.
    fn release(&mut self) {
        match self.waiting.pop_front() {
            Some(next) => {
                next.is_granted.store(true, Ordering::Release);
                next.woken.notify_one();
            }
            None => self.is_held = false,
        }
    }

    /// Gives up a place in the queue.
    fn leave(&mut self, ticket: &Arc<Ticket>) {
        if ticket.is_granted.load(Ordering::Acquire) {
            self.release();
        } else {
            self.waiting.retain(|other| !Arc::ptr_eq(other, ticket));
        }
    }

    pub(super) fn is_free(&self) -> bool {
        !self.is_held
    }
}

/// The wish to write to a record: a place in its queue, or its lock already.
#[derive(Debug)]
pub(crate) struct LockRequest {
    records: Arc<Records>,
    target: Target,
    state: Request,
}

#[derive(Debug)]
enum Request {
    /// The lock is ours, and nobody has taken it out of here yet.
    Granted,
    Waiting(Arc<Ticket>),
    /// A [`RecordLock`] was made of it.
    Over,
}

impl LockRequest {
    pub(super) fn new(records: Arc<Records>, target: Target, ticket: Option<Arc<Ticket>>) -> Self {
        let state = ticket.map_or(Request::Granted, Request::Waiting);
        Self {
            records,
            target,
            state,
        }
    }

    /// The lock, when its turn has come.
    pub(crate) async fn lock(mut self) -> RecordLock {
        loop {
            if let Some(lock) = self.try_lock() {
                return lock;
            }
            if let Request::Waiting(ticket) = &self.state {
                // A notification before this is kept for it.
                ticket.woken.notified().await;
            }
        }
    }

    /// The lock, if its turn has come.
    pub(crate) fn try_lock(&mut self) -> Option<RecordLock> {
        let is_ours = match &self.state {
            Request::Granted => true,
            Request::Waiting(ticket) => ticket.is_granted.load(Ordering::Acquire),
            Request::Over => false,
        };
        if !is_ours {
            return None;
        }
        self.state = Request::Over;
        Some(RecordLock {
            records: Arc::clone(&self.records),
            target: self.target.clone(),
            departed: Mutex::default(),
            last_read: Mutex::default(),
        })
    }
}

impl Drop for LockRequest {
    fn drop(&mut self) {
        let mut state = self.records.state();
        let Some(entry) = state.records.get_mut(&self.target) else {
            return;
        };
        match &self.state {
            Request::Granted => entry.queue.release(),
            Request::Waiting(ticket) => entry.queue.leave(ticket),
            Request::Over => return,
        }
        Records::forget_if_unused(&mut state, &self.target, Instant::now());
    }
}

/// The right to write to a record, until it is dropped.
#[derive(Debug)]
pub(crate) struct RecordLock {
    records: Arc<Records>,
    target: Target,
    /// The number of the write that left last, until it is settled.
    departed: Mutex<Option<u64>>,
    /// The multifields of the last read under this lock with no write since.
    last_read: Mutex<Option<Vec<MultifieldEntry>>>,
}

impl RecordLock {
    /// Notes that a write leaves that adds these values: it is open from here on.
    pub(crate) fn depart(&self, additions: &Additions, settle_time: Duration) {
        let before = locked(&self.last_read).take();
        let number = self.with_entry(|entry| entry.open.open(additions, settle_time, before));
        *locked(&self.departed) = number;
    }

    /// Notes that the write that left last has ended: with an answer, or since it was given up.
    pub(crate) fn end(&self) {
        let Some(number) = *locked(&self.departed) else {
            return;
        };
        self.with_entry(|entry| entry.open.end(number, Instant::now()));
    }

    /// Settles the write that left last: it is known not to have been applied.
    pub(crate) fn settle_last(&self) {
        let Some(number) = locked(&self.departed).take() else {
            return;
        };
        self.with_entry(|entry| entry.open.settle(number));
    }

    /// Settles the writes whose values are all shown, by the kind and the value. They are expected of
    /// every read until the writes would have settled by time.
    pub(crate) fn settle_shown(&self, is_shown: impl Fn(&str, &str) -> bool) {
        let now = Instant::now();
        let mut state = self.records.state();
        let State { records, shown, .. } = &mut *state;
        let Some(entry) = records.get_mut(&self.target) else {
            return;
        };
        for (value, until) in entry.open.settle_shown(is_shown, now) {
            shown.note(&self.target, &value, until, now);
        }
    }

    /// Notes that a read shows a value.
    pub(crate) fn note_shown(&self, value: &EntryKey) {
        let now = Instant::now();
        if let Some(until) = now.checked_add(self.records.settle_time) {
            let mut state = self.records.state();
            state.shown.note(&self.target, value, until, now);
        }
    }

    /// Until when a read that lacks this value is an old one.
    pub(crate) fn shown_until(&self, value: &EntryKey) -> Option<Instant> {
        self.records.state().shown.until(&self.target, value)
    }

    /// Settles the writes that a read proves not to have been applied: it left then, and shows nothing
    /// that could be theirs.
    pub(crate) fn settle_disproven(&self, departure: Instant) {
        self.with_entry(|entry| entry.open.settle_disproven(departure));
    }

    /// Remembers what a read showed, as long as nothing is written under this lock.
    pub(crate) fn note_read(&self, entries: &[MultifieldEntry]) {
        *locked(&self.last_read) = Some(entries.to_vec());
    }

    /// From when on a read proves that no open write was applied that it does not show. `None` if no
    /// write is open.
    pub(crate) fn settles_at(&self) -> Option<Instant> {
        self.with_entry(|entry| entry.open.settles_at()).flatten()
    }

    /// Whether one of these entries is new since before the first open write and is none of the
    /// values that were sent: the portal may show one of ours in another form.
    pub(crate) fn shows_a_stranger(
        &self,
        kinds: &[String],
        entries: &[MultifieldEntry],
        is_same: impl Fn(&MultifieldEntry, &str, &str) -> bool,
    ) -> bool {
        self.with_entry(|entry| entry.open.shows_a_stranger(kinds, entries, is_same))
            .unwrap_or(false)
    }

    fn with_entry<T>(&self, change: impl FnOnce(&mut super::Entry) -> T) -> Option<T> {
        self.records
            .state()
            .records
            .get_mut(&self.target)
            .map(change)
    }
}

impl Drop for RecordLock {
    fn drop(&mut self) {
        let now = Instant::now();
        let departed = locked(&self.departed).take();
        let mut state = self.records.state();
        if let Some(entry) = state.records.get_mut(&self.target) {
            // Its task may have been dropped in the middle of a try.
            if let Some(number) = departed {
                entry.open.end(number, now);
            }
            entry.queue.release();
        }
        Records::forget_if_unused(&mut state, &self.target, now);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
