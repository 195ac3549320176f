//! When the writes of records settle that were forgotten to bound the memory.
//!
//! A write that has ended and that no read preceded needs one thing to be known: when it settles. Of
//! many records this is kept by a hash of the record, to the second. Two records may share a hash: an
//! `ensure` that adds to one of them then waits longer than it must, and never too short.

use std::{collections::hash_map::RandomState, hash::BuildHasher, time::Duration};

use tokio::time::Instant;

use super::Target;

/// A hash of a record.
pub(super) type RecordHash = u16;

#[derive(Default)]
pub(super) struct Forgotten {
    table: Option<Table>,
    hasher: RandomState,
}

struct Table {
    begin: Instant,
    /// By the hash: seconds after `begin`, or 0.
    settles_after: Vec<u32>,
}

impl Forgotten {
    /// Remembers until when the writes of a record settle.
    pub(super) fn note(&mut self, record: RecordHash, settles_at: Instant, now: Instant) {
        let table = self.table.get_or_insert_with(|| Table {
            begin: now,
            settles_after: vec![0; usize::from(RecordHash::MAX) + 1],
        });
        let after = settles_at.saturating_duration_since(table.begin).as_secs();
        // Not before the second is over.
        let after = u32::try_from(after + 1).unwrap_or(u32::MAX);
        if let Some(known) = table.settles_after.get_mut(usize::from(record)) {
            *known = after.max(*known);
        }
    }

    /// Until when a write to this record may be open of which nothing else is known.
    pub(super) fn settles_at(&self, target: &Target) -> Option<Instant> {
        let table = self.table.as_ref()?;
        let after = *table.settles_after.get(usize::from(self.hash(target)))?;
        let after = Duration::from_secs(after.into());
        (!after.is_zero()).then(|| table.begin + after)
    }

    pub(super) fn hash(&self, target: &Target) -> RecordHash {
        let hash = self.hasher.hash_one((&*target.entity, target.id));
        let [first, second, ..] = hash.to_ne_bytes();
        RecordHash::from_ne_bytes([first, second])
    }
}
