//! The lock of a record, and the request for it.

use std::{
    collections::HashSet,
    mem,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Additions, Locks,
    memory::RecordHash,
    open_writes::{OpenWrite, OpenWrites},
    queue::Ticket,
};
use crate::{
    lock::{lock, unlocked},
    value::multifield::EntryKey,
};

/// A request for the lock of a record: a position in its queue, or the lock if it was granted.
pub(crate) struct LockRequest {
    /// `None` once a [`RecordLock`] was made of it.
    locks: Option<Arc<Locks>>,
    record: RecordHash,
    stage: Stage,
}

enum Stage {
    /// The lock is granted, but no [`RecordLock`] was made of it yet.
    Granted,
    Waiting(Arc<Ticket>),
}

impl LockRequest {
    pub(super) fn new(locks: Arc<Locks>, record: RecordHash, ticket: Option<Arc<Ticket>>) -> Self {
        let stage = ticket.map_or(Stage::Granted, Stage::Waiting);
        Self {
            locks: Some(locks),
            record,
            stage,
        }
    }

    /// Waits until the lock is granted.
    pub(crate) async fn lock(mut self) -> RecordLock {
        loop {
            if let Some(lock) = self.try_lock() {
                return lock;
            }
            if let Stage::Waiting(ticket) = &self.stage {
                ticket.woken().await;
            }
        }
    }

    /// Returns the lock if it is granted.
    ///
    /// # Panics
    /// If it has returned the lock before: a request is for one lock, and waiting for another one would never end.
    #[expect(clippy::expect_used, reason = "its caller would wait for ever")]
    pub(crate) fn try_lock(&mut self) -> Option<RecordLock> {
        let is_ours = match &self.stage {
            Stage::Granted => true,
            Stage::Waiting(ticket) => ticket.is_granted(),
        };
        if !is_ours {
            return None;
        }
        let locks = self.locks.take();
        Some(RecordLock {
            locks: locks.expect("a request is for one lock"),
            record: self.record,
            writes: Mutex::default(),
        })
    }

    /// Returns the lock if it is granted, with what the next write adds.
    pub(crate) fn try_lock_to_add(
        &mut self,
        additions: impl FnOnce() -> Option<Additions>,
    ) -> Option<RecordLock> {
        let mut lock = self.try_lock()?;
        unlocked(&mut lock.writes).additions = additions();
        Some(lock)
    }

    /// Returns the lock if it is granted, with what is known about the open writes of the record.
    pub(crate) fn try_lock_with_open_writes(&mut self) -> Option<RecordLock> {
        let lock = self.try_lock()?;
        let mut state = lock.locks.state();
        let known = Known {
            open: state.memory.take(lock.record),
            forgotten_until: state.memory.forgotten_until(lock.record),
            is_complete: true,
            last_read: None,
        };
        drop(state);
        lock.writes().known = Some(Box::new(known));
        Some(lock)
    }
}

impl Drop for LockRequest {
    fn drop(&mut self) {
        let Some(locks) = &self.locks else {
            return;
        };
        let ticket = match &self.stage {
            Stage::Granted => None,
            Stage::Waiting(ticket) => Some(ticket),
        };
        locks.state().leave(self.record, ticket);
    }
}

/// The lock of a record, which allows writing to it. It is released when dropped.
pub(crate) struct RecordLock {
    locks: Arc<Locks>,
    record: RecordHash,
    writes: Mutex<Writes>,
}

/// What the holder of a lock knows about the additions to its record, until it releases the lock.
#[derive(Default)]
struct Writes {
    /// What the next write adds, or the last one that was sent.
    additions: Option<Additions>,
    /// The last write, until it is settled or among the open ones.
    last: Option<Sent>,
    /// What most writes need not know. It is boxed, so that the 50 locks of a batch are small.
    known: Option<Box<Known>>,
}

/// What is known about a record besides its last write.
#[derive(Default)]
struct Known {
    /// The open writes that have ended.
    open: OpenWrites,
    /// Until when a write may be open of which only this is known. It is found out once, while it is still known: a
    /// read that is sent before, and answered after, proves nothing.
    forgotten_until: Option<Instant>,
    /// Whether `open` contains those from before the lock was acquired.
    is_complete: bool,
    /// The multifields that the last read under this lock showed, if nothing was written since.
    last_read: Option<Vec<EntryKey>>,
}

struct Sent {
    settle_time: Duration,
    /// When it was answered or given up; `None` while it is under way.
    ended: Option<Instant>,
    /// The multifields before it, if they were read.
    before: Option<Vec<EntryKey>>,
}

impl Writes {
    fn close_last(&mut self) {
        if let Some((write, before)) = self.take_last() {
            self.known().open.push(write, before);
        }
    }

    fn known(&mut self) -> &mut Known {
        self.known.get_or_insert_default()
    }

    fn take_last(&mut self) -> Option<(OpenWrite, Option<Vec<EntryKey>>)> {
        let Sent {
            settle_time,
            ended,
            before,
        } = self.last.take()?;
        let write = OpenWrite {
            additions: self.additions.take().unwrap_or_default(),
            settles_at: ended.unwrap_or_else(Instant::now) + settle_time,
        };
        Some((write, before))
    }
}

impl RecordLock {
    /// Sets what the next write adds; `None` if it only sets and clears.
    pub(crate) fn will_add(&self, additions: Option<Additions>) {
        let mut writes = self.writes();
        writes.close_last();
        writes.additions = additions;
    }

    /// Notes that the write is sent. If it adds something, it is open from now on.
    pub(crate) fn note_sent(&self, settle_time: Duration) {
        let mut writes = self.writes();
        let known = writes.known.as_mut();
        let before = known.and_then(|known| known.last_read.take());
        if writes.additions.is_some() {
            writes.last = Some(Sent {
                settle_time,
                ended: None,
                before,
            });
        }
    }

    /// Notes that the write was not sent after all.
    pub(crate) fn note_not_sent(&self) {
        let mut writes = self.writes();
        if let Some(last) = writes.last.take()
            && last.before.is_some()
        {
            writes.known().last_read = last.before;
        }
    }

    /// Notes that the last write has ended: it was answered or given up.
    pub(crate) fn end(&self, now: Instant) {
        if let Some(last) = &mut self.writes().last {
            last.ended.get_or_insert(now);
        }
    }

    /// Settles the last write: it is known not to have been applied.
    pub(crate) fn settle_last(&self) {
        self.writes().last = None;
    }

    /// Settles the writes whose values are all shown by an answer or a read. Until these writes would
    /// have settled by time, every read is expected to show the values.
    pub(crate) fn settle_shown(&self, entries: &HashSet<EntryKey>) {
        let settled = self.open().known().open.settle_shown(entries);
        let mut state = self.locks.state();
        for (value, until) in settled {
            let hash = self.locks.hash_of_value(self.record, &value);
            state.memory.note_shown(hash, until);
        }
    }

    pub(crate) fn note_shown(&self, value: &EntryKey) {
        let until = Instant::now() + self.locks.settle_time;
        let mut state = self.locks.state();
        let hash = self.locks.hash_of_value(self.record, value);
        state.memory.note_shown(hash, until);
    }

    /// Returns until when a read that lacks this value is out of date: the record has shown it, or was perhaps
    /// created with it.
    pub(crate) fn shown_until(&self, entity: &str, value: &EntryKey) -> Option<Instant> {
        let of_record = self.locks.hash_of_value(self.record, value);
        let of_entity = self.locks.hash_of_entity(entity);
        let of_entity = self.locks.hash_of_value(of_entity, value);
        let memory = &mut self.locks.state().memory;
        let until = memory.shown_until(of_record);
        until.max(memory.shown_until(of_entity))
    }

    /// Settles the writes that a read proves not to have been applied. The read was sent at
    /// `sent_at`, and shows no entry that could be theirs.
    pub(crate) fn settle_disproven(&self, sent_at: Instant) {
        self.open().known().open.settle_disproven(sent_at);
    }

    pub(crate) fn note_read(&self, entries: HashSet<EntryKey>) {
        self.writes().known().last_read = Some(entries.into_iter().collect());
    }

    /// Returns from when on a read proves that an open write whose values it does not show was not
    /// applied. `None` if no write is open.
    pub(crate) fn settles_at(&self) -> Option<Instant> {
        let mut writes = self.open();
        let known = writes.known();
        known.open.settles_at().max(known.forgotten_until)
    }

    /// Returns the entries of these kinds that were not there before the first open write, and
    /// that differ from all values that were sent. They may be those values in another form.
    pub(crate) fn unknown_entries(
        &self,
        kinds: &[&str],
        entries: &HashSet<EntryKey>,
    ) -> Vec<EntryKey> {
        let mut writes = self.open();
        writes.known().open.unknown_entries(kinds, entries)
    }

    /// Moves the last write to the open ones, and returns all.
    fn open(&self) -> MutexGuard<'_, Writes> {
        let mut writes = self.writes();
        debug_assert!(
            writes.known().is_complete,
            "the writes from before must be known"
        );
        writes.close_last();
        writes
    }

    fn writes(&self) -> MutexGuard<'_, Writes> {
        lock(&self.writes)
    }
}

impl Drop for RecordLock {
    fn drop(&mut self) {
        // The task may have been dropped in the middle of an attempt, which ends the write now.
        let mut writes = mem::take(unlocked(&mut self.writes));
        let mut state = self.locks.state();
        match writes.known.take() {
            Some(mut known) if known.is_complete => {
                if let Some((write, before)) = writes.take_last() {
                    known.open.push(write, before);
                }
                state.memory.keep(self.record, known.open, Instant::now());
            }
            known => {
                // Hardly earlier than now, and asked for only once for a batch.
                let ended = writes.last.as_ref().and_then(|last| last.ended);
                let last = writes.take_last().map(|(write, _)| write);
                let open = known.into_iter().flat_map(|known| known.open.into_writes());
                for write in open.chain(last) {
                    let now = ended.unwrap_or_else(Instant::now);
                    state.memory.add(self.record, write, now);
                }
            }
        }
        state.leave(self.record, None);
    }
}
