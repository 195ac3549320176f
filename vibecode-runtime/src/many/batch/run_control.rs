//! Limits how many batches of a run are under way at the same time, and stops the run.

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

/// What the packs of a run share.
#[derive(Clone)]
pub(crate) struct RunControl {
    permits: Arc<Semaphore>,
    stopped: Arc<OnceLock<Error>>,
    /// Wakes the run, which may have a further pack to send.
    wake: Arc<dyn Fn() + Send + Sync>,
}

/// The permission of a pack to have a request under way. It is given back while the pack only waits. The
/// default is that of a pack that is not part of a run, and needs none.
#[derive(Default)]
pub(crate) struct PackPermit {
    run: Option<RunControl>,
    permit: Option<OwnedSemaphorePermit>,
}

impl RunControl {
    pub(crate) fn new(max_requests: usize, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(max_requests)),
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

    pub(crate) fn try_permit(&self) -> Option<PackPermit> {
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok()?;
        Some(PackPermit {
            run: Some(self.clone()),
            permit: Some(permit),
        })
    }
}

impl PackPermit {
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

    /// Takes a permit for the next request, if the pack has none. A pack holds it only while it sends,
    /// so the wait is bounded by the requests of the others.
    pub(crate) async fn take(&mut self) {
        if let (Some(run), None) = (&self.run, &self.permit) {
            // The semaphore is never closed.
            self.permit = Arc::clone(&run.permits).acquire_owned().await.ok();
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
