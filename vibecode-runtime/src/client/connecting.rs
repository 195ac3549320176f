//! Notices that a new connection is being made.
//!
//! A request on an open connection is passed on when its call is first polled. A new connection is made
//! step by step, whenever the call is polled. If its caller polls rarely, the request may leave long
//! after the throttle allowed it, in a minute whose requests are used up or in a pause after a 429.
//! Therefore such a call moves to a task of the client.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use tower_layer::Layer;
use tower_service::Service;

/// Counts the connections that are begun. A layer around reqwest's connector.
#[derive(Debug, Clone, Default)]
pub(super) struct Connecting {
    begun: Arc<AtomicUsize>,
}

impl Connecting {
    pub(super) fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }
}

impl<S> Layer<S> for Connecting {
    type Service = Counted<S>;

    fn layer(&self, connector: S) -> Counted<S> {
        Counted {
            connector,
            begun: Arc::clone(&self.begun),
        }
    }
}

#[derive(Clone)]
pub(super) struct Counted<S> {
    connector: S,
    begun: Arc<AtomicUsize>,
}

impl<S: Service<R>, R> Service<R> for Counted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.connector.call(request)
    }
}
