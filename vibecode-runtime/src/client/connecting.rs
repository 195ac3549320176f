//! Notices that a new connection is being made.
//!
//! A request on an open connection is passed on when its call is first polled. A new connection is made
//! step by step, whenever the call is polled. If its caller polls rarely, the request may be sent
//! long after the throttle allowed it, in a minute whose requests are used up or in a pause after a 429.
//! Therefore such a call moves to a task of the client.

use std::{
    future::poll_fn,
    pin::Pin,
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
            connector: Arc::new(connector),
            begun: Arc::clone(&self.begun),
        }
    }
}

/// The connector within. Shared, since hyper clones its connector for every request, though it connects
/// for few of them; reqwest's connector costs 3,000 instructions to clone.
pub(super) struct Counted<S> {
    connector: Arc<S>,
    begun: Arc<AtomicUsize>,
}

impl<S> Clone for Counted<S> {
    fn clone(&self) -> Self {
        Self {
            connector: Arc::clone(&self.connector),
            begun: Arc::clone(&self.begun),
        }
    }
}

impl<S, R> Service<R> for Counted<S>
where
    S: Service<R, Future: Send> + Clone + Send + 'static,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        // The clone that connects is asked, in `call`.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> Self::Future {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let mut connector = S::clone(&self.connector);
        Box::pin(async move {
            poll_fn(|context| connector.poll_ready(context)).await?;
            connector.call(request).await
        })
    }
}
