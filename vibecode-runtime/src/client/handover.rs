//! Tracks whether a request was passed on to a connection, and stops its body when its attempt has ended.
//!
//! Dropping a request does not recall it: hyper still flushes the body that it holds. (64 MiB arrived
//! complete 15 s after the drop.) Therefore a long body is sent in frames of at most 16 KiB. A request
//! that was given up then stays incomplete, and a server does not apply it.
//!
//! hyper asks a body whether it is empty when it takes the request for a connection, and not before. A
//! request whose body was not asked yet can be withdrawn: if it is asked later, it fails, and nothing is
//! sent.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::Body;

use super::connecting::ConnectPermit;
use crate::lock::lock;

const FRAME: usize = 16 * 1024;

const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const ENDED: u8 = 2;

/// Tracks whether one request was passed on to a connection.
#[derive(Debug, Default)]
pub(super) struct Handover {
    state: AtomicU8,
    /// Released when the request is passed on.
    permit: Mutex<Option<ConnectPermit>>,
}

impl Handover {
    pub(super) fn new(permit: Option<ConnectPermit>) -> Self {
        Self {
            state: AtomicU8::new(WAITING),
            permit: Mutex::new(permit),
        }
    }

    /// Returns true if the request was not passed on, and will not be from now on.
    pub(super) fn withdraw(&self) -> bool {
        let state = &self.state;
        let withdrawn = state.compare_exchange(WAITING, ENDED, Ordering::AcqRel, Ordering::Acquire);
        withdrawn.is_ok()
    }

    fn end(&self) {
        self.state.store(ENDED, Ordering::Release);
    }

    fn has_ended(&self) -> bool {
        self.state.load(Ordering::Acquire) == ENDED
    }

    /// Notes that the request is passed on, unless it was withdrawn.
    fn take(&self) {
        let state = &self.state;
        let taken = state.compare_exchange(WAITING, TAKEN, Ordering::AcqRel, Ordering::Acquire);
        if taken.is_ok() {
            *lock(&self.permit) = None;
        }
    }
}

/// Held while an attempt goes on. When it is dropped, no further frame is passed on.
#[derive(Debug, Default)]
pub(super) struct OpenAttempt(Option<Arc<Handover>>);

impl OpenAttempt {
    /// An attempt whose request waits for a connection.
    pub(super) fn connecting(handover: Arc<Handover>) -> Self {
        Self(Some(handover))
    }

    pub(super) fn body(&mut self, bytes: Option<Bytes>) -> Option<Body> {
        let is_short = bytes.as_ref().is_none_or(|bytes| bytes.len() <= FRAME);
        if is_short && self.0.is_none() {
            return bytes.map(Body::from);
        }
        Some(Body::wrap(Framed {
            rest: bytes.unwrap_or_default(),
            handover: Arc::clone(self.0.get_or_insert_default()),
        }))
    }
}

impl Drop for OpenAttempt {
    fn drop(&mut self) {
        if let Some(handover) = &self.0 {
            handover.end();
        }
    }
}

struct Framed {
    rest: Bytes,
    handover: Arc<Handover>,
}

impl http_body::Body for Framed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        // hyper has asked `is_end_stream` before. If it ever does not, no data is sent unnoticed.
        self.handover.take();
        if self.handover.has_ended() {
            return Poll::Ready(Some(Err(io::Error::other("the request was given up"))));
        }
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.rest.len().min(FRAME);
        let frame = self.rest.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.handover.take();
        // An empty body that has ended must be polled too, so that its request fails.
        self.rest.is_empty() && !self.handover.has_ended()
    }

    // With a known length the request has a `Content-Length`, so a server recognises a partial body as
    // incomplete.
    fn size_hint(&self) -> SizeHint {
        if self.handover.has_ended() {
            return SizeHint::default();
        }
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, pin::pin};

    use http_body::Body as _;

    use super::*;

    #[tokio::test]
    async fn a_long_body_goes_out_in_frames_and_none_after_the_end() {
        let handover = Arc::<Handover>::default();
        let mut body = pin!(Framed {
            rest: Bytes::from(vec![b'a'; 3 * FRAME]),
            handover: Arc::clone(&handover),
        });
        assert_eq!(body.size_hint().exact(), Some(3 * FRAME as u64));
        let mut next = async || poll_fn(|context| body.as_mut().poll_frame(context)).await;
        let frame = next().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(frame.len(), FRAME);
        handover.end();
        assert!(next().await.unwrap().is_err());
    }

    #[tokio::test]
    async fn a_request_is_withdrawn_only_before_it_is_passed_on() {
        for bytes in [Bytes::new(), Bytes::from_static(b"{}")] {
            let body = |handover: &Arc<Handover>| Framed {
                rest: bytes.clone(),
                handover: Arc::clone(handover),
            };
            let passed_on = Arc::<Handover>::default();
            assert_eq!(body(&passed_on).is_end_stream(), bytes.is_empty());
            assert!(!passed_on.withdraw());

            let polled = Arc::<Handover>::default();
            let mut body_of_polled = pin!(body(&polled));
            let _ = poll_fn(|context| body_of_polled.as_mut().poll_frame(context)).await;
            assert!(!polled.withdraw());

            let withdrawn = Arc::<Handover>::default();
            assert!(withdrawn.withdraw());
            let mut late = pin!(body(&withdrawn));
            assert!(!late.is_end_stream());
            assert_eq!(late.size_hint().exact(), None);
            let frame = poll_fn(|context| late.as_mut().poll_frame(context)).await;
            assert!(frame.unwrap().is_err());
        }
    }
}
