//! When each request came in.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};
use vibecode_sandbox::{LoggedRequest, Sandbox};

/// How exactly the moments are told.
const STEP: Duration = Duration::from_millis(50);

/// Notes from its start on when each request comes in.
pub(crate) struct Timeline {
    moments: Arc<Mutex<Vec<Duration>>>,
    watching: JoinHandle<()>,
    sandbox: Arc<Sandbox>,
}

impl Timeline {
    pub(crate) fn of(sandbox: &Arc<Sandbox>) -> Self {
        let moments = Arc::<Mutex<Vec<Duration>>>::default();
        let (noted, watched, start) = (Arc::clone(&moments), Arc::clone(sandbox), Instant::now());
        sandbox.clear_requests();
        let watching = tokio::spawn(async move {
            loop {
                let count = watched.requests().len();
                noted.lock().unwrap().resize(count, start.elapsed());
                sleep(STEP).await;
            }
        });
        Self {
            moments,
            watching,
            sandbox: Arc::clone(sandbox),
        }
    }

    /// Every request so far, with when it came in.
    pub(crate) async fn requests(&self) -> Vec<(Duration, LoggedRequest)> {
        sleep(STEP).await;
        let moments = self.moments.lock().unwrap().clone();
        moments.into_iter().zip(self.sandbox.requests()).collect()
    }

    /// As text: the method and the second, such as `GET 0`.
    pub(crate) async fn told(&self) -> Vec<String> {
        let requests = self.requests().await.into_iter();
        let told = requests.map(|(at, request)| {
            let second = (at.as_secs_f64() - 0.05).round();
            format!("{} {}", request.method(), second.abs())
        });
        told.collect()
    }
}

impl Drop for Timeline {
    fn drop(&mut self) {
        self.watching.abort();
    }
}
