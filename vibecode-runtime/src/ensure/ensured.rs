//! The result of a call that ensures.

use std::fmt;

use crate::{Duplicate, Mismatch, MultifieldEntry, Patch, Raw, Record, Result, Updated};

/// The record has what the patch wants: what was added for that, and what was there.
///
/// Debug shows types and counts, no value.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let patch = Customer::patch().add_phone("+74950000071").add_phone("+79169876543");
/// let ensured = client.ensure(71, &patch).await?;
/// // The first was there.
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

    /// The phones and emails that were not there when the record was first read, as the record
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

    /// The phones and emails of the patch that were there, as they stand in the record: under
    /// whatever type, also one that cannot be written, such as FAX.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// // The number is there, as a fax.
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

    /// The record as the API last answered it.
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

    /// The record.
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
    /// As [`Raw::record`].
    pub fn record<T: Record>(&self) -> Result<T> {
        self.record.record()
    }

    /// The fields of the patch that the record shows with another value, or does not show, as
    /// [`Updated::mismatches`]; a phone or an email that was there under another type is one.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let patch = Customer::patch().add_phone("+7 495 000-00-72");
    /// let ensured = client.ensure(72, &patch).await?;
    /// // It is there as a fax, and was wanted as WORK.
    /// assert_eq!(ensured.mismatches(&patch)[0].field(), "phone");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn mismatches<P: Patch>(&self, patch: &P) -> Vec<Mismatch> {
        self.record.mismatches(patch)
    }

    /// The phones and emails of the patch that the record shows more than once, as
    /// [`Updated::duplicates`].
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
