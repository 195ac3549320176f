//! Patches: changes to a record.

pub(crate) mod body;
pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod job;
pub(crate) mod target;

use crate::{Entity, patch::body::Body};

/// The changes to a record of one entity. Implemented with the derive macro of the same name.
///
/// `#[derive(Patch)]` on `Customer` generates `CustomerPatch`, which implements this trait. No other
/// type needs to.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// use vibecode_runtime::{Entity, Patch};
///
/// /// Accepts a patch of any struct.
/// fn is_queued<P: Patch>(patch: &P) -> bool {
///     P::Entity::PATH == "contacts" && !patch.is_empty() && patch.is_idempotent()
/// }
///
/// # fn main() {
/// assert!(is_queued(&Customer::patch().post("Director")));
/// assert!(!is_queued(&Customer::patch().add_phone("+79169876543")));
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a patch",
    label = "not a patch",
    note = "a struct with `#[derive(Patch)]` makes one: call `.to_patch()` on it, or build one from `::patch()`; a `Diff` holds one: pass its `.patch`"
)]
pub trait Patch {
    /// The entity whose records the patch changes.
    type Entity: Entity;

    /// The wire names that the struct maps.
    #[doc(hidden)]
    const WIRE_NAMES: &'static [&'static str];

    /// The changes.
    #[doc(hidden)]
    fn body(&self) -> &Body;

    /// Whether the patch changes nothing. Such a patch is not sent.
    fn is_empty(&self) -> bool {
        self.body().is_empty()
    }

    /// Whether the patch is idempotent: sending it again has no further effect. It is not
    /// idempotent if it adds a phone or an email or contains an unchecked value.
    fn is_idempotent(&self) -> bool {
        self.body().is_idempotent()
    }
}
