//! The source of the items of a run.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use crate::{IdFor, Patch, PatchJob, Result};

pub(super) enum Source {
    Iterator(Box<dyn Iterator<Item = Item> + Send>),
    Stream(Pin<Box<dyn Stream<Item = Item> + Send>>),
    Over,
}

/// The id of a record, and the job to send, or why it cannot be sent.
type Item = (u64, Result<PatchJob>);

impl Source {
    pub(super) fn of_iterator<I, A, P>(items: I) -> Self
    where
        I: Iterator<Item = (A, P)> + Send + 'static,
        A: IdFor<P>,
        P: Patch,
    {
        Self::Iterator(Box::new(Items(items)))
    }

    pub(super) fn of_jobs(jobs: impl Iterator<Item = PatchJob> + Send + 'static) -> Self {
        Self::Iterator(Box::new(jobs.map(|job| (job.id(), Ok(job)))))
    }

    pub(super) fn of_stream<S, A, P>(items: S) -> Self
    where
        S: Stream<Item = (A, P)> + Send + 'static,
        A: IdFor<P>,
        P: Patch,
    {
        Self::Stream(Box::pin(Items(Box::pin(items))))
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::Over)
    }

    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Item>> {
        let next = match self {
            Self::Iterator(items) => Poll::Ready(items.next()),
            Self::Stream(items) => items.as_mut().poll_next(context),
            Self::Over => Poll::Ready(None),
        };
        if matches!(next, Poll::Ready(None)) {
            *self = Self::Over;
        }
        next
    }
}

/// An iterator or stream of patches, which are converted into jobs as they are taken.
struct Items<I>(I);

impl<I, A, P> Iterator for Items<I>
where
    I: Iterator<Item = (A, P)>,
    A: IdFor<P>,
    P: Patch,
{
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        self.0.next().map(item)
    }
}

impl<S, A, P> Stream for Items<Pin<Box<S>>>
where
    S: Stream<Item = (A, P)>,
    A: IdFor<P>,
    P: Patch,
{
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item>> {
        self.0
            .as_mut()
            .poll_next(context)
            .map(|next| next.map(item))
    }
}

fn item<P: Patch, A: IdFor<P>>((id, patch): (A, P)) -> Item {
    let id = id.record_id();
    (id, PatchJob::new(id, &patch))
}
