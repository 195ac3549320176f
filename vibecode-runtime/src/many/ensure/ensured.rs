//! The result of `ensure`.

use std::fmt;

use crate::{Duplicate, Mismatch, MultifieldEntry, Patch, RawAnswer, Record, Result, Updated};

/// The result of a call that ensures: which values were added, and which were already there.
///
/// Debug shows types and counts, but no values.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let patch = Customer::patch().add_phone("+74950000071").add_phone("+79169876543");
/// let ensured = client.ensure(71, &patch).await?;
/// // The first one was already there.
/// assert_eq!(ensured.present()[0].value(), "+74950000071");
/// assert_eq!(ensured.added()[0].value(), "+79169876543");
/// assert!(ensured.was_sent());
/// // The second time nothing is missing.
/// assert!(!client.ensure(71, &patch).await?.was_sent());
/// # Ok(()) }) }
/// ```
#[derive(Clone)]
pub struct Ensured {
    added: Vec<MultifieldEntry>,
    present: Vec<MultifieldEntry>,
    record: Updated,
    was_sent: bool,
}

impl Ensured {
    pub(super) fn new(
        added: Vec<MultifieldEntry>,
        present: Vec<MultifieldEntry>,
        record: RawAnswer,
        was_sent: bool,
    ) -> Self {
        Self {
            added,
            present,
            record: Updated::new(record),
            was_sent,
        }
    }

    /// Returns the phones and emails that the record did not have when it was first read, as the record
    /// shows them now.
    #[must_use]
    pub fn added(&self) -> &[MultifieldEntry] {
        &self.added
    }

    /// Returns the phones and emails of the patch that the record already had, as the record shows
    /// them. Their type may differ from the patch's, and may be one that cannot be written, such as
    /// FAX.
    #[must_use]
    pub fn present(&self) -> &[MultifieldEntry] {
        &self.present
    }

    /// Returns whether anything was sent: false if the first read showed every value of the patch.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        self.was_sent
    }

    /// Returns the record as the API last returned it.
    #[must_use]
    pub fn raw(&self) -> &RawAnswer {
        self.record.raw()
    }

    /// Parses the record into a struct.
    ///
    /// # Errors
    /// Those of [`RawAnswer::record`].
    pub fn record<T: Record>(&self) -> Result<T> {
        self.record.record()
    }

    /// Returns the fields of the patch whose value the record does not show, as [`Updated::mismatches`]
    /// does. A phone or an email that was already there with another type counts as a mismatch.
    #[must_use]
    pub fn mismatches<P: Patch>(&self, patch: &P) -> Vec<Mismatch> {
        self.record.mismatches(patch)
    }

    /// Returns the phones and emails of the patch that the record shows more than once, as
    /// [`Updated::duplicates`] does.
    #[must_use]
    pub fn duplicates<P: Patch>(&self, patch: &P) -> Vec<Duplicate> {
        self.record.duplicates(patch)
    }
}

impl fmt::Debug for Ensured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ensured")
            .field("added", &self.added)
            .field("present", &self.present)
            .field("was_sent", &self.was_sent)
            .finish_non_exhaustive()
    }
}
