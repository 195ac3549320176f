//! What is remembered of records that nobody has locked.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    expiring::ExpiringHashes,
    open_writes::{OpenWrite, OpenWrites},
    recent_writes::RecentWrites,
    seconds::Epoch,
};
/// How often records are searched for writes that can be forgotten.
const SWEEP_AFTER: Duration = Duration::from_secs(60 * 60);

pub(super) struct Memory {
    /// Writes of which only their values, and when they settle, are known.
    recent: RecentWrites,
    /// Records that were read before their writes.
    read: ByRecord<OpenWrites>,
    /// When the writes settle that `recent` has no room for, by the hash of the record. If a write has
    /// ended, and the record was not read before it, only this fact is needed.
    forgotten: ExpiringHashes,
    /// Values that an answer or a read has shown, by the hash of record and value, until when every read
    /// is expected to show them.
    ///
    /// A read may return older data than an earlier one. Example: the answer to a PATCH shows the phone
    /// at 5 s. A read that is sent at 6 s is answered by a replica that does not have the phone yet.
    /// Sending the phone again would add it twice. So a read that lacks it is out of date until the
    /// settle time has passed.
    shown: ExpiringHashes,
    epoch: Epoch,
    swept: Instant,
}

/// A hash of a record. Two records with the same one are not expected within the lifetime of a client. They
/// would share a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RecordHash(pub(super) u64);

/// A map whose keys are hashed already.
pub(super) type ByRecord<T> = HashMap<RecordHash, T, BuildHasherDefault<Hashed>>;

#[derive(Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        debug_assert!(false, "a `RecordHash` is one number");
        self.0 = bytes
            .iter()
            .fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            recent: RecentWrites::default(),
            read: ByRecord::default(),
            forgotten: ExpiringHashes::default(),
            shown: ExpiringHashes::default(),
            epoch: Epoch::new(),
            swept: Instant::now(),
        }
    }
}

impl Memory {
    /// Returns what is known about the open writes of a record, which its lock remembers from now on.
    pub(super) fn take(&mut self, record: RecordHash) -> OpenWrites {
        let mut open = self.read.remove(&record).unwrap_or_default();
        for write in self.recent.take(record) {
            open.push(write, None);
        }
        open
    }

    /// Remembers all open writes of a record, after [`take`](Self::take).
    pub(super) fn keep(&mut self, record: RecordHash, open: OpenWrites, now: Instant) {
        if open.has_earlier_read() {
            self.sweep();
            self.read.insert(record, open);
            return;
        }
        for write in open.into_writes() {
            self.push(record, write, now);
        }
    }

    pub(super) fn add(&mut self, record: RecordHash, write: OpenWrite, now: Instant) {
        match self.read.get_mut(&record) {
            Some(open) => open.push(write, None),
            None => self.push(record, write, now),
        }
    }

    fn push(&mut self, record: RecordHash, write: OpenWrite, now: Instant) {
        let (forgotten, epoch) = (&mut self.forgotten, &self.epoch);
        let forget = |RecordHash(record), settles_at| {
            forgotten.note(record, epoch.up(settles_at), epoch.up(now));
        };
        self.recent.push(record, write, now, forget);
    }

    pub(super) fn note_shown(&mut self, hash: u64, until: Instant) {
        let now = self.epoch.up(Instant::now());
        self.shown.note(hash, self.epoch.up(until), now);
    }

    pub(super) fn shown_until(&mut self, hash: u64) -> Option<Instant> {
        let until = self.shown.until(hash)?;
        Some(self.epoch.time(until))
    }

    /// Returns until when a forgotten write to this record may be open.
    pub(super) fn forgotten_until(&mut self, RecordHash(record): RecordHash) -> Option<Instant> {
        let until = self.forgotten.until(record)?;
        Some(self.epoch.time(until))
    }

    /// Visits every record that was read, so it is not done often.
    fn sweep(&mut self) {
        let now = Instant::now();
        if now.duration_since(self.swept) < SWEEP_AFTER {
            return;
        }
        self.swept = now;
        self.read.retain(|_, open| {
            open.forget_old(now);
            !open.is_empty()
        });
    }
}
