//! Values that an answer or a read has shown recently.
//!
//! A read may return older data than an earlier one. Example: the answer to a PATCH shows the phone at
//! 5 s. A read that is sent at 6 s is answered by a replica that does not have the phone yet. Sending
//! the phone again would add it twice. Therefore every read is expected to show a value that was shown
//! once, until the settle time has passed. A read that lacks it is out of date.

use std::{
    collections::{HashMap, VecDeque, hash_map::RandomState},
    hash::BuildHasher,
};

use tokio::time::Instant;

use super::{
    Target,
    forgotten::{Forgotten, RecordHash},
};
use crate::equality::EntryKey;

/// The maximum number of values that are remembered. At the documented limit of 300 requests a minute,
/// batches show 60,000 values within the settle time of a batch.
const MOST: usize = 1 << 16;

/// The values, by a hash of record, kind and value. If two have the same hash, that costs one more
/// read.
#[derive(Default)]
pub(super) struct Shown {
    until: HashMap<u64, Instant>,
    /// In the order in which they were noted, which is roughly that in which they expire.
    order: VecDeque<Noted>,
    hasher: RandomState,
}

struct Noted {
    until: Instant,
    hash: u64,
    record: RecordHash,
}

impl Shown {
    /// Remembers a value until `until`. If there are too many, the oldest is moved to what is
    /// remembered of forgotten records.
    pub(super) fn note(
        &mut self,
        target: &Target,
        value: &EntryKey,
        until: Instant,
        now: Instant,
        forgotten: &mut Forgotten,
    ) {
        while self
            .order
            .front()
            .is_some_and(|oldest| oldest.until <= now || self.order.len() >= MOST)
            && let Some(oldest) = self.order.pop_front()
        {
            if oldest.until > now {
                forgotten.note(oldest.record, oldest.until, now);
            }
            if self.until.get(&oldest.hash) == Some(&oldest.until) {
                self.until.remove(&oldest.hash);
            }
        }
        let hash = self.hash(target, value);
        let known = self.until.entry(hash).or_insert(until);
        *known = until.max(*known);
        self.order.push_back(Noted {
            until: *known,
            hash,
            record: forgotten.hash(target),
        });
    }

    /// Returns until when a read must show this value.
    pub(super) fn until(&self, target: &Target, value: &EntryKey) -> Option<Instant> {
        self.until.get(&self.hash(target, value)).copied()
    }

    fn hash(&self, target: &Target, value: &EntryKey) -> u64 {
        self.hasher.hash_one((&*target.entity, target.id, value))
    }
}
