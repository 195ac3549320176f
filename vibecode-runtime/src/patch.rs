//! Patches: what is to change in a record, and nothing else.

use crate::{Entity, body::Body};

/// The changes to a record of one entity, made by the derive macro of the same name.
///
/// `#[derive(Patch)]` on `Customer` makes `CustomerPatch`, which implements this. Nothing else
/// needs to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a patch",
    label = "not a patch",
    note = "a struct with `#[derive(Patch)]` makes one: call `.to_patch()` on it, or build one from `::patch()`"
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

    /// Whether nothing is to change. Such a patch is not sent.
    fn is_empty(&self) -> bool {
        self.body().is_empty()
    }

    /// Whether sending the patch twice leaves what sending it once does. Not so where it adds a
    /// phone or an email, or holds an unchecked value.
    fn is_idempotent(&self) -> bool {
        self.body().is_idempotent()
    }
}
