//! A throttle that shows whether requests wait for it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use vibecode_runtime::{Acquiring, Budget, Throttle};

/// How many requests a key may send a minute (api.md, grade D).
pub(crate) const PER_MINUTE: u32 = 300;

/// Delegates to a throttle, and notes how long requests have been waiting for it.
#[derive(Debug, Clone)]
pub(crate) struct WatchedThrottle {
    throttle: Throttle,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Debug, Default)]
struct Waiting {
    requests: usize,
    /// When the first of them began to wait, or when a request was last let through.
    since: Option<Instant>,
}

impl WatchedThrottle {
    pub(crate) fn new(throttle: Throttle) -> Self {
        Self {
            throttle,
            waiting: Arc::default(),
        }
    }

    /// Returns the throttle for this many requests a minute, or as many as the API allows.
    pub(crate) fn per_minute(limit: Option<u32>, is_unlimited: bool) -> Self {
        Self::new(match limit {
            _ if is_unlimited => Throttle::unlimited(),
            Some(limit) => Throttle::per_minute(limit),
            None => Throttle::per_minute(PER_MINUTE),
        })
    }

    /// Returns the throttle for a client.
    pub(crate) fn throttle(&self) -> Throttle {
        Throttle::shared(self.clone())
    }

    /// Returns for how long no request was let through although one waits.
    pub(crate) fn waiting(&self) -> Option<Duration> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.since.map(|since| since.elapsed())
    }
}

/// A request that waits, until this is dropped.
struct Waiter(Arc<Mutex<Waiting>>);

impl Waiter {
    fn new(waiting: &Arc<Mutex<Waiting>>) -> Self {
        let mut counted = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        counted.requests += 1;
        counted.since.get_or_insert_with(Instant::now);
        drop(counted);
        Self(Arc::clone(waiting))
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.requests = counted.requests.saturating_sub(1);
        counted.since = (counted.requests > 0).then(Instant::now);
    }
}

impl Budget for WatchedThrottle {
    fn acquire(&self) -> Acquiring<'_> {
        Box::pin(async {
            let _waiter = Waiter::new(&self.waiting);
            self.throttle.acquire().await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_wait_is_seen_from_its_beginning_to_its_end() {
        let watched = WatchedThrottle::new(Throttle::per_minute(1));
        let first = watched.acquire().await.unwrap();
        assert_eq!(watched.waiting(), None);
        let second = watched.clone();
        let second = tokio::spawn(async move { second.acquire().await.map(drop) });
        tokio::task::yield_now().await;
        assert!(watched.waiting().is_some());
        drop(first);
        second.await.unwrap().unwrap();
        assert_eq!(watched.waiting(), None);
    }
}
