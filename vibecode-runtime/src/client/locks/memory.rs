//! What is remembered of records that nobody has locked.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher,
    time::Duration,
};

use tokio::time::Instant;

use super::{
    forgotten_writes::{ForgottenWrites, ShortHash},
    open_writes::{OpenWrite, OpenWrites},
    recent_writes::RecentWrites,
    seconds::Epoch,
    shown_values::ShownValues,
};
use crate::{patch::target::Target, value::multifield::EntryKey};

/// How often records are searched for writes that can be forgotten.
const SWEEP_AFTER: Duration = Duration::from_secs(60 * 60);

pub(super) struct Memory {
    /// Writes of which only their values, and when they settle, are known.
    recent: RecentWrites,
    /// Records that were read before their writes.
    read: HashMap<Target, OpenWrites>,
    forgotten: ForgottenWrites,
    shown: ShownValues,
    hasher: RandomState,
    epoch: Epoch,
    swept: Instant,
}

/// A hash of a record. Two records with the same one are not expected within the lifetime of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordHash(pub(super) u64);

impl RecordHash {
    pub(super) fn short(self) -> ShortHash {
        let [first, second, ..] = self.0.to_le_bytes();
        ShortHash::from_le_bytes([first, second])
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            recent: RecentWrites::default(),
            read: HashMap::new(),
            forgotten: ForgottenWrites::default(),
            shown: ShownValues::default(),
            hasher: RandomState::new(),
            epoch: Epoch::new(),
            swept: Instant::now(),
        }
    }
}

impl Memory {
    /// Returns what is known about the open writes of a record, which its lock remembers from now on.
    pub(super) fn take(&mut self, target: &Target) -> OpenWrites {
        let mut open = self.read.remove(target).unwrap_or_default();
        for write in self.recent.take(self.hash(target)) {
            open.push(write, None);
        }
        open
    }

    /// Remembers all open writes of a record, after [`take`](Self::take).
    pub(super) fn keep(&mut self, target: &Target, open: OpenWrites) {
        if open.has_earlier_read() {
            self.sweep();
            self.read.insert(target.clone(), open);
            return;
        }
        for write in open.into_writes() {
            self.push(target, write);
        }
    }

    pub(super) fn add(&mut self, target: &Target, write: OpenWrite) {
        match self.read.get_mut(target) {
            Some(open) => open.push(write, None),
            None => self.push(target, write),
        }
    }

    fn push(&mut self, target: &Target, write: OpenWrite) {
        let (record, now) = (self.hash(target), Instant::now());
        let forgotten = &mut self.forgotten;
        self.recent.push(record, write, now, |record, settles_at| {
            forgotten.note(record.short(), self.epoch.up(settles_at));
        });
    }

    pub(super) fn note_shown(&mut self, target: &Target, value: &EntryKey, until: Instant) {
        let until = self.epoch.up(until);
        let now = self.epoch.up(Instant::now());
        let record = self.hash(target);
        self.shown
            .note(record, value, until, now, &mut self.forgotten);
    }

    pub(super) fn shown_until(&self, target: &Target, value: &EntryKey) -> Option<Instant> {
        let until = self.shown.until(self.hash(target), value)?;
        Some(self.epoch.time(until))
    }

    /// Returns until when a forgotten write to this record may be open.
    pub(super) fn forgotten_until(&self, target: &Target) -> Option<Instant> {
        let until = self.forgotten.settles_at(self.hash(target).short())?;
        Some(self.epoch.time(until))
    }

    fn hash(&self, target: &Target) -> RecordHash {
        RecordHash(self.hasher.hash_one((&*target.entity, target.id)))
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
