//! The source of the items of a run.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use crate::{IdFor, Patch, PatchJob, Result};

/// The items that were not taken yet; `None` if there are no more.
pub(super) struct Source(Option<Pin<Box<dyn Stream<Item = Item> + Send>>>);

/// The id of a record, and the job to send, or why it cannot be sent.
type Item = (u64, Result<PatchJob>);

impl Source {
    pub(super) fn of_iterator(items: impl Iterator<Item: IntoItem> + Send + 'static) -> Self {
        Self(Some(Box::pin(Items(Box::new(items)))))
    }

    pub(super) fn of_stream(items: impl Stream<Item: IntoItem> + Send + 'static) -> Self {
        Self(Some(Box::pin(Items(Box::pin(items)))))
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Item>> {
        let Some(items) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let next = items.as_mut().poll_next(context);
        if matches!(next, Poll::Ready(None)) {
            self.0 = None;
        }
        next
    }
}

/// What an app passes to a run.
pub(super) trait IntoItem {
    fn into_item(self) -> Item;
}

impl<A: IdFor<P>, P: Patch> IntoItem for (A, P) {
    fn into_item(self) -> Item {
        let (id, patch) = self;
        let id = id.record_id();
        (id, PatchJob::new(id, &patch))
    }
}

impl IntoItem for PatchJob {
    fn into_item(self) -> Item {
        (self.id(), Ok(self))
    }
}

/// An iterator or a stream, which is converted as it is taken.
struct Items<I>(I);

impl<I: Iterator<Item: IntoItem>> Stream for Items<Box<I>> {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Item>> {
        Poll::Ready(self.0.next().map(IntoItem::into_item))
    }
}

impl<S: Stream<Item: IntoItem>> Stream for Items<Pin<Box<S>>> {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item>> {
        let next = self.0.as_mut().poll_next(context);
        next.map(|next| next.map(IntoItem::into_item))
    }
}
