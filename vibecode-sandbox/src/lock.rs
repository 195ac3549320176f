//! How shared state is locked.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a panicking test left behind is still what the portal holds.
pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
