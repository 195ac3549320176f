//! The lock of one record: who holds it, and who waits for it.

use std::{
    collections::{HashSet, VecDeque, hash_map::Entry::Occupied},
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::{Additions, Records, State, Target};
use crate::client::caller::Caller;
use crate::equality::EntryKey;

/// Who holds the lock of a record, and who waits for it.
#[derive(Debug, Default)]
pub(super) struct Queue {
    holder: Option<Caller>,
    waiting: VecDeque<Arc<Ticket>>,
}

/// A position in a queue.
#[derive(Debug)]
pub(super) struct Ticket {
    caller: Caller,
    is_granted: AtomicBool,
    woken: Arc<Notify>,
}

/// A position behind another call.
pub(super) struct Behind {
    pub(super) ticket: Arc<Ticket>,
    /// The call directly before. It must continue without its caller from now on; those before it
    /// already do.
    pub(super) next_before: Caller,
}

impl Queue {
    /// Takes the lock if it is free, and otherwise joins the queue.
    pub(super) fn join(
        &mut self,
        caller: &Caller,
        woken: impl FnOnce() -> Arc<Notify>,
    ) -> Option<Behind> {
        let last_waiting = self.waiting.back().map(|ticket| &ticket.caller);
        let Some(next_before) = last_waiting.or(self.holder.as_ref()).cloned() else {
            self.holder = Some(caller.clone());
            return None;
        };
        let ticket = Arc::new(Ticket {
            caller: caller.clone(),
            is_granted: AtomicBool::new(false),
            woken: woken(),
        });
        self.waiting.push_back(Arc::clone(&ticket));
        Some(Behind {
            ticket,
            next_before,
        })
    }

    /// Passes the lock to the next in the queue.
    fn release(&mut self) {
        let next = self.waiting.pop_front();
        self.holder = next.as_ref().map(|next| next.caller.clone());
        if let Some(next) = next {
            next.is_granted.store(true, Ordering::Release);
            next.woken.notify_one();
        }
    }

    /// Gives up a position in the queue, or the lock if it was granted.
    fn leave(&mut self, ticket: &Arc<Ticket>) {
        if ticket.is_granted.load(Ordering::Acquire) {
            self.release();
        } else {
            self.waiting.retain(|other| !Arc::ptr_eq(other, ticket));
        }
    }

    pub(super) fn is_free(&self) -> bool {
        self.holder.is_none()
    }
}

/// A request for the lock of a record: a position in its queue, or the lock if it was granted.
pub(crate) struct LockRequest {
    records: Arc<Records>,
    target: Target,
    state: Request,
}

enum Request {
    /// The lock is granted, but no [`RecordLock`] was made of it yet.
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

    /// Waits until the lock is granted.
    pub(crate) async fn lock(mut self) -> RecordLock {
        loop {
            if let Some(lock) = self.try_lock() {
                return lock;
            }
            if let Request::Waiting(ticket) = &self.state {
                // An earlier notification is stored, so none is missed.
                ticket.woken.notified().await;
            }
        }
    }

    /// Returns the lock if it is granted.
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
            target: mem::take(&mut self.target),
            departed: Mutex::default(),
            last_read: Mutex::default(),
        })
    }
}

impl Drop for LockRequest {
    fn drop(&mut self) {
        if matches!(self.state, Request::Over) {
            return;
        }
        let target = mem::take(&mut self.target);
        let mut state = self.records.state();
        let Occupied(mut entry) = state.records.entry(target) else {
            return;
        };
        let record = entry.get_mut();
        match &self.state {
            Request::Granted => record.queue.release(),
            Request::Waiting(ticket) => record.queue.leave(ticket),
            Request::Over => {}
        }
        if record.is_unused(Instant::now()) {
            entry.remove();
        }
    }
}

/// The lock of a record, which allows writing to it. It is released when dropped.
pub(crate) struct RecordLock {
    records: Arc<Records>,
    target: Target,
    /// The number of the last write that was sent, until it is settled.
    departed: Mutex<Option<u64>>,
    /// The multifields that the last read under this lock showed, if nothing was written since.
    last_read: Mutex<Option<Vec<EntryKey>>>,
}

impl RecordLock {
    /// Notes that a write which adds these values is sent: it is open from now on.
    pub(crate) fn depart(&self, additions: &Additions, settle_time: Duration) {
        let before = locked(&self.last_read).take();
        let number = self.with_entry(|entry| entry.open.open(additions, settle_time, before));
        *locked(&self.departed) = number;
    }

    /// Notes that the last write has ended: it was answered or given up.
    pub(crate) fn end(&self) {
        let Some(number) = *locked(&self.departed) else {
            return;
        };
        self.with_entry(|entry| entry.open.end(number, Instant::now()));
    }

    /// Settles the last write: it is known not to have been applied.
    pub(crate) fn settle_last(&self) {
        let Some(number) = locked(&self.departed).take() else {
            return;
        };
        self.with_entry(|entry| entry.open.settle(number));
    }

    /// Settles the writes whose values are all shown by an answer or a read. Until these writes would
    /// have settled by time, every read is expected to show the values.
    pub(crate) fn settle_shown(&self, entries: &HashSet<EntryKey>) {
        let now = Instant::now();
        let mut state = self.records.state();
        let State {
            records,
            shown,
            forgotten,
            ..
        } = &mut *state;
        let Some(entry) = records.get_mut(&self.target) else {
            return;
        };
        for (value, until) in entry.open.settle_shown(entries, now) {
            shown.note(&self.target, &value, until, now, forgotten);
        }
    }

    /// Notes that a read shows a value.
    pub(crate) fn note_shown(&self, value: &EntryKey) {
        let now = Instant::now();
        if let Some(until) = now.checked_add(self.records.settle_time) {
            let mut state = self.records.state();
            let State {
                shown, forgotten, ..
            } = &mut *state;
            shown.note(&self.target, value, until, now, forgotten);
        }
    }

    /// Returns until when a read that lacks this value is out of date.
    pub(crate) fn shown_until(&self, value: &EntryKey) -> Option<Instant> {
        self.records.state().shown.until(&self.target, value)
    }

    /// Settles the writes that a read proves not to have been applied. The read was sent at
    /// `departure`, and shows no entry that could be theirs.
    pub(crate) fn settle_disproven(&self, departure: Instant) {
        self.with_entry(|entry| entry.open.settle_disproven(departure));
    }

    /// Remembers what a read showed, until something is written under this lock.
    pub(crate) fn note_read(&self, entries: HashSet<EntryKey>) {
        *locked(&self.last_read) = Some(entries.into_iter().collect());
    }

    /// Returns from when on a read proves that an open write whose values it does not show was not
    /// applied. `None` if no write is open.
    pub(crate) fn settles_at(&self) -> Option<Instant> {
        let state = self.records.state();
        let entry = state.records.get(&self.target);
        let known = entry.and_then(|entry| entry.open.settles_at());
        known.max(state.forgotten.settles_at(&self.target))
    }

    /// Returns whether an entry of these kinds was not there before the first open write, and is none
    /// of the values that were sent. The portal may show one of those in another form.
    pub(crate) fn shows_a_stranger(&self, kinds: &[&str], entries: &HashSet<EntryKey>) -> bool {
        self.with_entry(|entry| entry.open.shows_a_stranger(kinds, entries))
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
        let target = mem::take(&mut self.target);
        let mut state = self.records.state();
        if let Occupied(mut entry) = state.records.entry(target) {
            let record = entry.get_mut();
            // The task may have been dropped in the middle of a try.
            if let Some(number) = departed {
                record.open.end(number, now);
            }
            record.queue.release();
            if record.is_unused(now) {
                entry.remove();
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
