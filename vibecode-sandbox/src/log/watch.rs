//! A watch of the requests as they arrive.

use std::sync::{Arc, Weak};

use tokio::sync::watch::Receiver;

use super::{Log, LoggedRequest};

/// The requests of a [`Sandbox`](crate::Sandbox) as they arrive, from
/// [`Sandbox::watch`](crate::Sandbox::watch).
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/send.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// # let sandbox = Sandbox::start().await;
/// let mut watch = sandbox.watch();
/// send(&sandbox, "GET contacts/71", json!({})).await;
/// let news = watch.next().await.expect("the sandbox runs");
/// assert_eq!(news[0].path(), "/v1/contacts/71");
/// # }
/// ```
#[derive(Debug)]
pub struct Watch {
    /// Weak, so that a watch does not keep the log of a dropped sandbox alive.
    log: Weak<Log>,
    revisions: Receiver<u64>,
    seen: u64,
}

impl Watch {
    pub(crate) fn new(log: &Arc<Log>) -> Self {
        let revisions = log.watch();
        let seen = *revisions.borrow();
        Self {
            log: Arc::downgrade(log),
            revisions,
            seen,
        }
    }

    /// Waits for changes and returns the requests that arrived or changed since the last call, in the
    /// order of arrival. A request is returned several times, each time with the same [serial
    /// number](LoggedRequest::serial). Returns `None` once the sandbox is dropped.
    ///
    /// This method is cancel safe: if the future is dropped, nothing is lost.
    pub async fn next(&mut self) -> Option<Vec<LoggedRequest>> {
        loop {
            let seen = self.seen;
            self.revisions
                .wait_for(|revision| *revision != seen)
                .await
                .ok()?;
            let (requests, revision) = self.log.upgrade()?.since(self.seen);
            self.seen = revision;
            // The log may only have been cleared.
            if !requests.is_empty() {
                return Some(requests);
            }
        }
    }
}
