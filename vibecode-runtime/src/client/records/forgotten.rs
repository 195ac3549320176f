//! When the writes of forgotten records settle. Records are forgotten to limit the memory.
//!
//! For a write that has ended, and before which the record was not read, only one fact is needed: when
//! it settles. If there are many records, this is stored by a hash of the record, in whole seconds. Two
//! records may have the same hash: an `ensure` that adds to one of them may then wait longer than
//! necessary, but never for too short a time.

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
    /// By hash: the number of seconds after `begin`, or 0.
    settles_after: Vec<u32>,
}

impl Forgotten {
    /// Notes until when the writes of a record settle.
    pub(super) fn note(&mut self, record: RecordHash, settles_at: Instant, now: Instant) {
        let table = self.table.get_or_insert_with(|| Table {
            begin: now,
            settles_after: vec![0; usize::from(RecordHash::MAX) + 1],
        });
        let after = settles_at.saturating_duration_since(table.begin).as_secs();
        // Rounded up to the next second, so that it is never too early.
        let after = u32::try_from(after + 1).unwrap_or(u32::MAX);
        if let Some(known) = table.settles_after.get_mut(usize::from(record)) {
            *known = after.max(*known);
        }
    }

    /// Returns until when a forgotten write to this record may be open.
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
