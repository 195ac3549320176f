//! The source of the items of a run.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use super::{
    waiting::{Action, MakePacks, Waiting},
    window::Window,
};
use crate::{IdFor, Patch, PatchJob, Result};

/// The items that were not taken yet, and those of the next pack.
pub(super) struct Source<S, A> {
    /// `None` if there are no more.
    items: Option<S>,
    waiting: Waiting<A>,
}

/// The source of a run whose results are `T`.
pub(super) trait TakeItems<T>: Send {
    /// Whether all items were taken.
    fn is_over(&self) -> bool;

    /// Takes in the items of the next pack while there is room. Returns whether the source is pending.
    fn take_in(&mut self, context: &mut Context<'_>, window: &mut Window<T>) -> bool;

    /// The items of the next pack.
    fn waiting(&mut self) -> &mut dyn MakePacks<T>;
}

impl<I: Iterator, A: Action> Source<Iter<I>, A> {
    pub(super) fn of_iterator(items: I) -> Self {
        Self::new(Iter(items))
    }
}

impl<S: Stream, A: Action> Source<Pin<Box<S>>, A> {
    pub(super) fn of_stream(items: S) -> Self {
        Self::new(Box::pin(items))
    }
}

impl<S, A: Action> Source<S, A> {
    fn new(items: S) -> Self {
        Self {
            items: Some(items),
            waiting: Waiting::default(),
        }
    }
}

impl<S: NextItem + Send, A: Action> TakeItems<A::Done> for Source<S, A> {
    fn is_over(&self) -> bool {
        self.items.is_none()
    }

    fn take_in(&mut self, context: &mut Context<'_>, window: &mut Window<A::Done>) -> bool {
        while let Some(items) = &mut self.items
            && window.has_room()
            && !self.waiting.fills_a_pack()
        {
            match items.poll_next_item(context) {
                Poll::Ready(Some(item)) => self.waiting.push(item, window),
                Poll::Ready(None) => self.items = None,
                Poll::Pending => return true,
            }
        }
        false
    }

    fn waiting(&mut self) -> &mut dyn MakePacks<A::Done> {
        &mut self.waiting
    }
}

/// An item as an app passes it to a run.
pub(super) trait IntoItem {
    /// Keeps what the action needs of it. Returns the id of the record, and the length of the patch, or why
    /// it cannot be sent.
    fn keep<A: Action>(self, action: &mut A) -> (u64, Result<usize>);
}

impl<D: IdFor<P>, P: Patch> IntoItem for (D, P) {
    fn keep<A: Action>(self, action: &mut A) -> (u64, Result<usize>) {
        let (id, patch) = self;
        let id = id.record_id();
        (id, action.keep_patch(id, &patch))
    }
}

impl IntoItem for PatchJob {
    fn keep<A: Action>(self, action: &mut A) -> (u64, Result<usize>) {
        (self.id(), Ok(action.keep_job(self)))
    }
}

/// An iterator or a stream.
pub(super) trait NextItem {
    type Item: IntoItem;

    fn poll_next_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Self::Item>>;
}

pub(super) struct Iter<I>(I);

impl<I: Iterator<Item: IntoItem>> NextItem for Iter<I> {
    type Item = I::Item;

    fn poll_next_item(&mut self, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}

impl<S: Stream<Item: IntoItem>> NextItem for Pin<Box<S>> {
    type Item = S::Item;

    fn poll_next_item(&mut self, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.as_mut().poll_next(context)
    }
}
