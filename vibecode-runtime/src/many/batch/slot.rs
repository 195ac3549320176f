//! Limits how many batches of a run are under way at the same time.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use crate::{Error, client::LONGEST_WAIT};

/// Longer than any process runs.
const FOR_EVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

#[derive(Clone)]
pub(crate) struct Run {
    slots: Arc<Semaphore>,
    stopped: Arc<OnceLock<Error>>,
    /// Wakes the run, which may have a further pack to send.
    wake: Arc<dyn Fn() + Send + Sync>,
}

/// The right of a pack to have a request under way. It is given back while the pack only waits.
#[derive(Default)]
pub(crate) struct Slot {
    run: Option<Run>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Run {
    pub(crate) fn new(slots: usize, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(slots)),
            stopped: Arc::default(),
            wake: Arc::new(wake),
        }
    }

    pub(crate) fn stop(&self, error: Error) {
        // The first error is kept.
        let _ = self.stopped.set(error);
    }

    pub(crate) fn stopped(&self) -> Option<&Error> {
        self.stopped.get()
    }

    pub(crate) fn try_slot(&self) -> Option<Slot> {
        let permit = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        Some(Slot {
            run: Some(self.clone()),
            permit: Some(permit),
        })
    }
}

impl Slot {
    pub(crate) fn stopped(&self) -> Option<&Error> {
        self.run.as_ref()?.stopped()
    }

    /// Returns until when to wait for the locks of the records. A run waits without a limit: it may
    /// contain many changes of one record, and each call before another one is limited in time.
    pub(crate) fn latest_lock(&self) -> Instant {
        let wait = match self.run {
            Some(_) => FOR_EVER,
            None => LONGEST_WAIT,
        };
        Instant::now() + wait
    }

    /// Takes a slot for the next request, if the pack has none. A pack holds a slot only while it
    /// sends, so the wait is bounded by the requests of the others.
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
            (run.wake)();
        }
    }
}
