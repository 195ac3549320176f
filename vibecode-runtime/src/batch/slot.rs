//! How many batches of a run are under way at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The right of a pack to have a request under way. It is given back while the pack only waits.
#[derive(Default)]
pub(crate) struct Slot {
    run: Option<Run>,
    permit: Option<OwnedSemaphorePermit>,
}

struct Run {
    slots: Arc<Semaphore>,
    /// Wakes the run, which may have a further pack.
    freed: Box<dyn Fn() + Send + Sync>,
}

impl Slot {
    /// One of these slots, if one is free.
    pub(crate) fn try_of(
        slots: &Arc<Semaphore>,
        freed: impl Fn() + Send + Sync + 'static,
    ) -> Option<Self> {
        let permit = Arc::clone(slots).try_acquire_owned().ok()?;
        Some(Self {
            run: Some(Run {
                slots: Arc::clone(slots),
                freed: Box::new(freed),
            }),
            permit: Some(permit),
        })
    }

    /// Takes a slot for the next request, if the pack has none. A pack holds one only while it sends,
    /// so the wait is bounded by the requests of the others.
    pub(crate) async fn take(&mut self) {
        if let (Some(run), None) = (&self.run, &self.permit) {
            // The semaphore is never closed.
            self.permit = Arc::clone(&run.slots).acquire_owned().await.ok();
        }
    }

    pub(crate) fn release(&mut self) {
        if self.permit.take().is_some()
            && let Some(run) = &self.run
        {
            (run.freed)();
        }
    }
}
