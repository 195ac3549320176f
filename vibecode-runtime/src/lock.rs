//! A lock that survives a panic.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Ignores poisoning, as [`unlocked`] does: a panic never leaves what is locked half changed.
pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns what only the caller has access to.
pub(crate) fn unlocked<T>(owned: &mut Mutex<T>) -> &mut T {
    owned.get_mut().unwrap_or_else(PoisonError::into_inner)
}
