//! The lock of a record, and the request for it.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    Additions, Locks,
    memory::{Memory, RecordHash},
    open_writes::{OpenWrite, OpenWrites},
    queue::Ticket,
};
use crate::value::multifield::EntryKey;

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
            writes: Writes::default(),
        })
    }

    /// Returns the lock if it is granted, with what the next write adds.
    pub(crate) fn try_lock_to_add(
        &mut self,
        additions: impl FnOnce() -> Option<Additions>,
    ) -> Option<RecordLock> {
        let mut lock = self.try_lock()?;
        lock.writes.additions = additions();
        Some(lock)
    }

    /// Returns the lock if it is granted, with what is known about the open writes of the record.
    pub(crate) fn try_lock_with_open_writes(&mut self) -> Option<RecordLock> {
        let mut lock = self.try_lock()?;
        let mut state = lock.locks.state();
        let known = Known {
            open: state.memory.take(lock.record),
            forgotten_until: state.memory.forgotten_until(lock.record),
            is_complete: true,
            last_read: None,
        };
        drop(state);
        lock.writes.known = Some(Box::new(known));
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
    writes: Writes,
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

/// The last write, when it has ended.
struct LastWrite {
    write: OpenWrite,
    /// The multifields before it, if they were read.
    before: Option<Vec<EntryKey>>,
    ended: Instant,
}

impl Known {
    /// Leaves this, and the last write, to the memory.
    #[inline(never)] // so that the code of a single update, which knows nothing of its record, stays small
    fn keep(self, last: Option<LastWrite>, record: RecordHash, memory: &mut Memory) {
        let mut open = self.open;
        if let Some(last) = last {
            open.push(last.write, last.before);
        }
        let now = Instant::now();
        if self.is_complete {
            return memory.keep(record, open, now);
        }
        for write in open.into_writes() {
            memory.add(record, write, now);
        }
    }
}

impl Writes {
    fn close_last(&mut self) {
        if let Some(last) = self.take_last() {
            self.known().open.push(last.write, last.before);
        }
    }

    fn known(&mut self) -> &mut Known {
        self.known.get_or_insert_default()
    }

    /// Takes the last write, which ends now if it has not ended.
    fn take_last(&mut self) -> Option<LastWrite> {
        let sent = self.last.take()?;
        let ended = sent.ended.unwrap_or_else(Instant::now);
        Some(LastWrite {
            write: OpenWrite {
                additions: self.additions.take().unwrap_or_default(),
                settles_at: ended + sent.settle_time,
            },
            before: sent.before,
            ended,
        })
    }
}

impl RecordLock {
    /// Sets what the next write adds; `None` if it only sets and clears.
    pub(crate) fn will_add(&mut self, additions: Option<Additions>) {
        self.writes.close_last();
        self.writes.additions = additions;
    }

    /// Notes that the write is sent. If it adds something, it is open from now on.
    pub(crate) fn note_sent(&mut self, settle_time: Duration) {
        let writes = &mut self.writes;
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
    pub(crate) fn note_not_sent(&mut self) {
        let writes = &mut self.writes;
        if let Some(last) = writes.last.take()
            && last.before.is_some()
        {
            writes.known().last_read = last.before;
        }
    }

    /// Notes that the last write has ended: it was answered or given up.
    pub(crate) fn end(&mut self, now: Instant) {
        if let Some(last) = &mut self.writes.last {
            last.ended.get_or_insert(now);
        }
    }

    /// Settles the last write: it is known not to have been applied.
    pub(crate) fn settle_last(&mut self) {
        self.writes.last = None;
    }

    /// Settles the writes whose values are all shown by an answer or a read. Until these writes would
    /// have settled by time, every read is expected to show the values.
    pub(crate) fn settle_shown(&mut self, entries: &HashSet<EntryKey>) {
        let settled = self.open().settle_shown(entries);
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
    pub(crate) fn settle_disproven(&mut self, sent_at: Instant) {
        self.open().settle_disproven(sent_at);
    }

    pub(crate) fn note_read(&mut self, entries: HashSet<EntryKey>) {
        self.writes.known().last_read = Some(entries.into_iter().collect());
    }

    /// Returns from when on a read proves that an open write whose values it does not show was not
    /// applied. `None` if no write is open.
    pub(crate) fn settles_at(&mut self) -> Option<Instant> {
        let of_open = self.open().settles_at();
        of_open.max(self.writes.known().forgotten_until)
    }

    /// Returns the entries of these kinds that were not there before the first open write, and
    /// that differ from all values that were sent. They may be those values in another form.
    pub(crate) fn unknown_entries(
        &mut self,
        kinds: &[&str],
        entries: &HashSet<EntryKey>,
    ) -> Vec<EntryKey> {
        self.open().unknown_entries(kinds, entries)
    }

    /// Moves the last write to the open ones, and returns all.
    fn open(&mut self) -> &mut OpenWrites {
        self.writes.close_last();
        let known = self.writes.known();
        debug_assert!(known.is_complete, "the writes from before must be known");
        &mut known.open
    }
}

impl Drop for RecordLock {
    fn drop(&mut self) {
        // The task may have been dropped in the middle of an attempt, which ends the write now.
        let last = self.writes.take_last();
        let mut state = self.locks.state();
        match self.writes.known.take() {
            Some(known) => known.keep(last, self.record, &mut state.memory),
            None => {
                if let Some(LastWrite { write, ended, .. }) = last {
                    // Hardly earlier than now, and asked for only once for a batch.
                    state.memory.add(self.record, write, ended);
                }
            }
        }
        state.leave(self.record, None);
    }
}
