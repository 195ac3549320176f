//! Boxes the futures of what is rare.

use std::pin::Pin;

/// Boxes a future that is rarely needed. It then takes no space in the futures of all calls, and none on the stack of a
/// function that does not call this, which is never inlined.
#[inline(never)]
pub(super) fn rarely<F: Future>(make: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(make())
}
