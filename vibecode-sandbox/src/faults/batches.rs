//! Faults inside a batch.

use super::{CallFault, Effect, Fault};

impl Fault {
    /// Adds faults to single calls of a batch, by their position from 0; the other calls are
    /// carried out. Hits only batches.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::in_batch([(1, CallFault::error("ACCESS_DENIED"))]));
    /// let update = |id: u64| json!({ "id": id.to_string(), "entity": "contacts", "action": "update",
    ///     "entityId": id, "params": { "post": "Director" } });
    /// let calls = json!({ "calls": [update(71), update(72)] });
    /// send(&sandbox, "POST batch", calls).await;
    /// assert_eq!(sandbox.requests()[0].applied_calls(), ["71"]);
    /// # }
    /// ```
    pub fn in_batch(calls: impl IntoIterator<Item = (usize, CallFault)>) -> Self {
        let calls = calls.into_iter().collect();
        Self::new("in_batch", Effect::InBatch(calls)).applied()
    }

    /// Carries out the first `calls` calls of a batch and closes the connection without an answer.
    /// Hits only batches.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let sandbox = Sandbox::start().await;
    /// sandbox.fault(Fault::drop_after_calls(1));
    /// let update = |id: u64| json!({ "id": id.to_string(), "entity": "contacts", "action": "update",
    ///     "entityId": id, "params": { "post": "Director" } });
    /// let calls = json!({ "calls": [update(71), update(72)] });
    /// assert!(send(&sandbox, "POST batch", calls).await.is_none());
    /// assert_eq!(sandbox.requests()[0].applied_calls(), ["71"]);
    /// # }
    /// ```
    pub fn drop_after_calls(calls: usize) -> Self {
        Self::new("drop_after_calls", Effect::DropAfterCalls(calls)).applied()
    }
}
