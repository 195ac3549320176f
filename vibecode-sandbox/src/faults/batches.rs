//! Faults inside a batch.

use super::{CallFault, Effect, Fault};

impl Fault {
    /// Adds faults to single calls of a batch, by their position from 0; the other calls are
    /// carried out. Hits only batches.
    pub fn in_batch(calls: impl IntoIterator<Item = (usize, CallFault)>) -> Self {
        let calls = calls.into_iter().collect();
        Self::new("in_batch", Effect::InBatch(calls)).applied()
    }

    /// Carries out the first `calls` calls of a batch and closes the connection without an answer.
    /// Hits only batches.
    pub fn drop_after_calls(calls: usize) -> Self {
        Self::new("drop_after_calls", Effect::DropAfterCalls(calls)).applied()
    }
}
