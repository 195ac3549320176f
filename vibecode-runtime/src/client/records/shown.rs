//! Values that an answer or a read has shown lately.
//!
//! A read may be older than one before it. Example: the answer to a PATCH shows the phone at 5 s, and
//! a read that leaves at 6 s comes from a replica that does not have it yet. Sending the phone again
//! would double it. So a value that was shown once is expected of every read until the settle time
//! has passed, and a read that lacks it is an old one.

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

/// How many values are remembered. At the documented limit of 300 requests a minute, batches show
/// 60,000 in the settle time of a batch.
const MOST: usize = 1 << 16;

/// The values, by a hash of record, kind and value: two with one hash cost a read more.
#[derive(Default)]
pub(super) struct Shown {
    until: HashMap<u64, Instant>,
    /// In the order in which they came, which is about that in which they end.
    order: VecDeque<Noted>,
    hasher: RandomState,
}

struct Noted {
    until: Instant,
    hash: u64,
    record: RecordHash,
}

impl Shown {
    /// Remembers a value until then; of too many the oldest as what is forgotten of a record.
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

    /// Until when a read must show this value.
    pub(super) fn until(&self, target: &Target, value: &EntryKey) -> Option<Instant> {
        self.until.get(&self.hash(target, value)).copied()
    }

    fn hash(&self, target: &Target, value: &EntryKey) -> u64 {
        self.hasher.hash_one((&*target.entity, target.id, value))
    }
}
