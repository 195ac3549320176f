//! Locking of shared state.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Ignores poisoning: after a test panics, the portal still holds its records.
pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
