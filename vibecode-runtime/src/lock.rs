//! A lock that survives a panic.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Ignores poisoning: a panic never leaves what is locked half changed.
pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
