//! The arrival times of requests.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};
use vibecode_sandbox::{LoggedRequest, Sandbox};

/// The precision of the times.
const STEP: Duration = Duration::from_millis(50);

/// A request, and when it arrived.
type Moment = (Duration, LoggedRequest);

/// Records, from its start, when each request arrives, and removes the request from the sandbox's log.
pub(crate) struct Timeline {
    moments: Arc<Mutex<Vec<Moment>>>,
    watching: JoinHandle<()>,
}

impl Timeline {
    pub(crate) fn of(sandbox: &Arc<Sandbox>) -> Self {
        let moments = Arc::<Mutex<Vec<Moment>>>::default();
        let (noted, watched, start) = (Arc::clone(&moments), Arc::clone(sandbox), Instant::now());
        sandbox.clear_requests();
        let watching = tokio::spawn(async move {
            loop {
                let new = watched.requests().into_iter();
                watched.clear_requests();
                let new = new.map(|request| (start.elapsed(), request));
                noted.lock().unwrap().extend(new);
                sleep(STEP).await;
            }
        });
        Self { moments, watching }
    }

    /// Returns every request so far.
    pub(crate) async fn requests(&self) -> Vec<Moment> {
        sleep(2 * STEP).await;
        self.moments.lock().unwrap().clone()
    }

    /// Returns them as text: the method and the second, such as `GET 0`.
    pub(crate) async fn lines(&self) -> Vec<String> {
        let requests = self.requests().await.into_iter();
        let shown = requests.map(|(at, request)| {
            let second = at.checked_sub(STEP).unwrap_or_default().as_secs_f64();
            format!("{} {}", request.method(), second.round())
        });
        shown.collect()
    }
}

impl Drop for Timeline {
    fn drop(&mut self) {
        self.watching.abort();
    }
}
