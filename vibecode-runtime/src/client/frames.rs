//! A request body in frames. No frame is passed on after the attempt has ended.
//!
//! Dropping a request does not recall it: hyper still flushes the body that it holds. (64 MiB arrived
//! complete 15 s after the drop.) Therefore a long body is sent in frames of at most 16 KiB. A request
//! that was given up then stays incomplete, and a server does not apply it.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::Body;

/// The maximum size of a frame.
const FRAME: usize = 16 * 1024;

/// Held while an attempt goes on. When it is dropped, no further frame is passed on.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// Of a body that is sent in several frames.
    has_ended: Option<Arc<AtomicBool>>,
}

impl Frames {
    pub(super) fn body(&mut self, bytes: Bytes) -> Body {
        if bytes.len() <= FRAME {
            return Body::from(bytes);
        }
        Body::wrap(Framed {
            rest: bytes,
            has_ended: Arc::clone(self.has_ended.get_or_insert_default()),
        })
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        if let Some(has_ended) = &self.has_ended {
            has_ended.store(true, Ordering::Release);
        }
    }
}

struct Framed {
    rest: Bytes,
    has_ended: Arc<AtomicBool>,
}

impl http_body::Body for Framed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        if self.has_ended.load(Ordering::Acquire) {
            return Poll::Ready(Some(Err(io::Error::other("the request was given up"))));
        }
        let length = self.rest.len().min(FRAME);
        let frame = self.rest.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    // With a known length the request has a `Content-Length`, so a server recognises a partial body as
    // incomplete.
    fn size_hint(&self) -> SizeHint {
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
        let has_ended = Arc::<AtomicBool>::default();
        let mut body = pin!(Framed {
            rest: Bytes::from(vec![b'a'; 3 * FRAME]),
            has_ended: Arc::clone(&has_ended),
        });
        assert_eq!(body.size_hint().exact(), Some(3 * FRAME as u64));
        let mut next = async || poll_fn(|context| body.as_mut().poll_frame(context)).await;
        let frame = next().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(frame.len(), FRAME);
        has_ended.store(true, Ordering::Release);
        assert!(next().await.unwrap().is_err());
    }
}
