//! What a call that ensures tells.

use std::fmt;

use crate::{Mismatch, MultifieldEntry, Patch, Raw, Record, Result, Updated};

/// The record has what the patch wants: what was added for that, and what was there.
///
/// Debug shows types and counts, no value.
#[derive(Clone)]
pub struct Ensured {
    added: Vec<MultifieldEntry>,
    present: Vec<MultifieldEntry>,
    record: Updated,
}

impl Ensured {
    pub(super) fn new(
        added: Vec<MultifieldEntry>,
        present: Vec<MultifieldEntry>,
        record: Raw,
    ) -> Self {
        Self {
            added,
            present,
            record: Updated::new(record),
        }
    }

    /// The phones and emails that were not there when the record was first read, as the record
    /// shows them now.
    #[must_use]
    pub fn added(&self) -> &[MultifieldEntry] {
        &self.added
    }

    /// The phones and emails of the patch that were there, as they stand in the record: under
    /// whatever type, also one that cannot be written, such as FAX.
    #[must_use]
    pub fn present(&self) -> &[MultifieldEntry] {
        &self.present
    }

    /// The record as the API last answered it.
    #[must_use]
    pub fn raw(&self) -> &Raw {
        self.record.raw()
    }

    /// The record.
    ///
    /// # Errors
    /// As [`Raw::record`].
    pub fn record<T: Record>(&self) -> Result<T> {
        self.record.record()
    }

    /// The fields that the answer shows otherwise than the patch set them, as
    /// [`Updated::mismatches`]; a phone or an email that was there under another type is one.
    #[must_use]
    pub fn mismatches<P: Patch>(&self, patch: &P) -> Vec<Mismatch> {
        self.record.mismatches(patch)
    }
}

impl fmt::Debug for Ensured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ensured")
            .field("added", &self.added)
            .field("present", &self.present)
            .finish_non_exhaustive()
    }
}
