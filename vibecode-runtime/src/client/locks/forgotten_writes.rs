//! When the writes of forgotten records settle. Records are forgotten to limit the memory.
//!
//! For a write that has ended, and before which the record was not read, only one fact is needed: when
//! it settles. If there are many records, this is stored by a hash of the record, in whole seconds. Two
//! records may have the same hash: an `ensure` that adds to one of them may then wait longer than
//! necessary, but never for too short a time.

use super::seconds::Seconds;

/// A hash of a record, of which two records may have the same.
pub(super) type ShortHash = u16;

#[derive(Default)]
pub(super) struct ForgottenWrites {
    /// By hash; empty until a record is forgotten.
    settles_at: Vec<Option<Seconds>>,
}

const SIZE: usize = 1 << ShortHash::BITS;

impl ForgottenWrites {
    pub(super) fn note(&mut self, record: ShortHash, settles_at: Seconds) {
        if self.settles_at.is_empty() {
            self.settles_at = vec![None; SIZE];
        }
        if let Some(known) = self.settles_at.get_mut(usize::from(record)) {
            *known = (*known).max(Some(settles_at));
        }
    }

    pub(super) fn settles_at(&self, record: ShortHash) -> Option<Seconds> {
        self.settles_at.get(usize::from(record)).copied().flatten()
    }
}
