//! The result of `ensure`.

use std::fmt;

use crate::{Duplicate, Mismatch, MultifieldEntry, Patch, Raw, Record, Result, Updated};

/// The result of a call that ensures: which values were added, and which were already there.
///
/// Debug shows types and counts, but no values.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let patch = Customer::patch().add_phone("+74950000071").add_phone("+79169876543");
/// let ensured = client.ensure(71, &patch).await?;
/// // The first one was already there.
/// assert_eq!(ensured.present()[0].value(), "+74950000071");
/// assert_eq!(ensured.added()[0].value(), "+79169876543");
/// # Ok(())
/// # }
/// ```
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

    /// Returns the phones and emails that the record did not have when it was first read, as the record
    /// shows them now.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let patch = Customer::patch().add_phone("+79169876543");
    /// assert_eq!(client.ensure(71, &patch).await?.added().len(), 1);
    /// assert_eq!(client.ensure(71, &patch).await?.added().len(), 0);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn added(&self) -> &[MultifieldEntry] {
        &self.added
    }

    /// Returns the phones and emails of the patch that the record already had, as the record shows
    /// them. Their type may differ from the patch's, and may be one that cannot be written, such as
    /// FAX.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// // The record has the number as a fax.
    /// let patch = Customer::patch().add_phone("+7 495 000-00-72");
    /// let ensured = client.ensure(72, &patch).await?;
    /// assert_eq!(ensured.present()[0].value_type(), "FAX");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn present(&self) -> &[MultifieldEntry] {
        &self.present
    }

    /// Returns the record as the API last returned it.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let ensured = client.ensure(71, &Customer::patch().post("Director")).await?;
    /// assert!(ensured.raw().as_str().contains("Director"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn raw(&self) -> &Raw {
        self.record.raw()
    }

    /// Parses the record into a struct.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let ensured = client.ensure(71, &Customer::patch().post("Director")).await?;
    /// assert_eq!(ensured.record::<Customer>()?.post.as_deref(), Some("Director"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`Raw::record`].
    pub fn record<T: Record>(&self) -> Result<T> {
        self.record.record()
    }

    /// Returns the fields of the patch whose value the record does not show, as [`Updated::mismatches`]
    /// does. A phone or an email that was already there with another type counts as a mismatch.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let patch = Customer::patch().add_phone("+7 495 000-00-72");
    /// let ensured = client.ensure(72, &patch).await?;
    /// // The record has it as a fax; the patch adds it as WORK.
    /// assert_eq!(ensured.mismatches(&patch)[0].field(), "phone");
    /// # Ok(())
    /// # }
    /// ```
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
            .finish_non_exhaustive()
    }
}
