//! Any number of records from one call: packed 50 a request, answered in the order of the items.
//!
//! items → [`window`] → packs, each in a task of its own → results → [`window`] → outcomes
//!
//! The window holds the items from the first whose outcome has not been returned to the last that was
//! taken in. Example with packs of 2: items 0 to 5 are taken in, and the packs (0, 1), (2, 3), (4, 5)
//! leave. The results of 2 and 3 come first and wait; when 0 and 1 have theirs, 0 to 3 are returned,
//! and there is room for four more items. What keeps two changes of one record apart, and in their
//! order, is the lock of the record, for which a pack queues when it is made.

mod calls;
mod pack;
mod source;
mod window;

use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use tokio::{runtime::Handle, sync::mpsc};

use self::{
    pack::{Event, Results, Sent},
    source::Source,
    window::Window,
};
use crate::{
    Client, Ensured, Id, IdFor, Patch, PatchJob, Result, Updated,
    batch::{BatchCall, Pack, Run, Slot},
    client::{Caller, PresenceGuard, outside_of_a_runtime},
    ensure::EnsurePack,
};

/// The outcome of one item of [`Client::update_many`] or [`Client::ensure_many`].
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let changes = [(71, Customer::patch().post("Director")), (404, Customer::patch().post("Nobody"))];
/// let mut outcomes = client.update_many(changes);
/// let first = outcomes.next().await.expect("one an item");
/// assert_eq!((first.index, first.id), (0, ContactId::from(71)));
/// assert!(first.result.is_ok());
/// let second = outcomes.next().await.expect("one an item");
/// assert!(second.result.is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct BulkOutcome<E, T = Updated> {
    /// The position of the item, from 0.
    pub index: usize,
    /// The record.
    pub id: Id<E>,
    /// Its result.
    pub result: Result<T>,
}

/// The outcomes of [`Client::update_many`] or [`Client::ensure_many`], one an item, in their order:
/// a `Stream`, or by [`Bulk::next`].
///
/// It does nothing until it is polled. Requests that are under way go on while nobody polls it, and
/// new ones are sent when it is polled. Dropping it stops the run: outcomes that it had not returned
/// are unknown. There is one outcome for each item whatever happens, also if the runtime that drives
/// the run goes away.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> vibecode_runtime::Result<()> {
/// # let (_sandbox, client) = sandbox().await?;
/// let changes = (71..=73).map(|id| (id, Customer::patch().post("Director")));
/// let mut outcomes = client.update_many(changes);
/// let mut failed = Vec::new();
/// while let Some(outcome) = outcomes.next().await {
///     if outcome.result.is_err() {
///         failed.push(outcome.id);
///     }
/// }
/// assert!(failed.is_empty());
/// # Ok(())
/// # }
/// ```
#[must_use = "a run does nothing until it is polled"]
pub struct Bulk<E, T = Updated> {
    client: Client,
    send: SendPack<T>,
    source: Source,
    window: Window<T>,
    run: Run,
    caller: Caller,
    _guard: PresenceGuard,
    events: mpsc::UnboundedReceiver<Event<T>>,
    sender: mpsc::UnboundedSender<Event<T>>,
    entity: PhantomData<fn() -> E>,
}

impl Bulk<()> {
    /// How many requests of a run are under way at once: 4, each with up to
    /// [`Batch::MAX_CALLS`](crate::Batch::MAX_CALLS) items.
    pub const MAX_REQUESTS: usize = 4;
}

/// How the jobs of a pack are sent.
type SendPack<T> = fn(Client, Caller, Slot, Vec<PatchJob>, Results<T>) -> Sent;

impl<E, T: Send + 'static> Bulk<E, T> {
    pub(crate) fn of_iterator<I, A, P>(client: &Client, items: I, send: SendPack<T>) -> Self
    where
        I: Iterator<Item = (A, P)> + Send + 'static,
        A: IdFor<P>,
        P: Patch,
    {
        Self::new(client, Source::of_iterator(items), send)
    }

    pub(crate) fn of_jobs(
        client: &Client,
        jobs: impl Iterator<Item = PatchJob> + Send + 'static,
        send: SendPack<T>,
    ) -> Self {
        Self::new(client, Source::of_jobs(jobs), send)
    }

    pub(crate) fn of_stream<S, A, P>(client: &Client, items: S, send: SendPack<T>) -> Self
    where
        S: Stream<Item = (A, P)> + Send + 'static,
        A: IdFor<P>,
        P: Patch,
    {
        Self::new(client, Source::of_stream(items), send)
    }

    fn new(client: &Client, source: Source, send: SendPack<T>) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let caller = Caller::default();
        Self {
            client: client.clone(),
            send,
            source,
            window: Window::new(),
            // Whoever waits for a slot is woken by the event.
            run: Run::new(Bulk::<()>::MAX_REQUESTS, {
                let sender = sender.clone();
                move || drop(sender.send(Event::SlotFree))
            }),
            _guard: caller.guard(),
            caller,
            events,
            sender,
            entity: PhantomData,
        }
    }

    /// The next outcome; `None` once every item has had its own.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> vibecode_runtime::Result<()> {
    /// # let (_sandbox, client) = sandbox().await?;
    /// let mut outcomes = client.update_many([(71, Customer::patch().post("Director"))]);
    /// assert!(outcomes.next().await.is_some());
    /// assert!(outcomes.next().await.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next(&mut self) -> Option<BulkOutcome<E, T>> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<BulkOutcome<E, T>>> {
        if Handle::try_current().is_err() {
            self.run.stop(outside_of_a_runtime());
        }
        self.hear(context);
        let is_waiting = self.take_in(context);
        self.send_packs(is_waiting);
        if let Some(outcome) = self.window.pop() {
            return Poll::Ready(Some(outcome.of_entity()));
        }
        if self.source.is_over() && self.window.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Pending
    }

    /// Takes in what the packs report, and has this task woken by the next report.
    fn hear(&mut self, context: &mut Context<'_>) {
        loop {
            // All that is there, also beyond what tokio lets one task receive at a time: an event that
            // stops the run must not be overlooked.
            while let Ok(event) = self.events.try_recv() {
                self.take(event);
            }
            match self.events.poll_recv(context) {
                Poll::Ready(Some(event)) => self.take(event),
                Poll::Ready(None) | Poll::Pending => return,
            }
        }
    }

    fn take(&mut self, event: Event<T>) {
        match event {
            Event::Result(index, result) => self.window.finish(index, result),
            Event::SlotFree => {}
        }
    }

    /// Takes items in while there is room. Whether the source has none at the moment.
    fn take_in(&mut self, context: &mut Context<'_>) -> bool {
        while !self.source.is_over() && self.window.has_room() {
            match self.source.poll_next(context) {
                Poll::Ready(Some((id, job))) => self.window.push(id, job),
                Poll::Ready(None) => {}
                Poll::Pending => return true,
            }
        }
        false
    }

    /// Sends full packs while a slot is free, and a smaller one if no more items come at the moment.
    /// A full window is no reason for a small one: outcomes that are returned make room for more.
    fn send_packs(&mut self, is_waiting: bool) {
        if let Some(error) = self.run.stopped() {
            for index in self.window.take_waiting() {
                self.window.finish(index, Err(error.clone()));
            }
            return;
        }
        let takes_more = !is_waiting && !self.source.is_over();
        while self.window.fills_a_pack() || (self.window.has_waiting() && !takes_more) {
            let Some(slot) = self.run.try_slot() else {
                return;
            };
            let (indices, jobs) = self.window.pack();
            let results = Results::new(indices, self.sender.clone(), self.run.clone());
            let sent = (self.send)(
                self.client.clone(),
                self.caller.clone(),
                slot,
                jobs,
                results,
            );
            tokio::spawn(sent);
        }
    }
}

/// Nothing in it is pinned but the source, which is in a box.
impl<E, T> Unpin for Bulk<E, T> {}

impl<E, T: Send + 'static> Stream for Bulk<E, T> {
    type Item = BulkOutcome<E, T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl<E, T> fmt::Debug for Bulk<E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulk").finish_non_exhaustive()
    }
}

/// Updates the records of a pack, which has its places in their queues when this returns.
pub(crate) fn update(
    client: Client,
    caller: Caller,
    mut slot: Slot,
    jobs: Vec<PatchJob>,
    mut results: Results<Updated>,
) -> Sent {
    let calls = jobs.into_iter().map(BatchCall::from).collect();
    let pack = Pack::queue(&client, &caller, calls);
    Box::pin(async move {
        results.begin();
        pack.send(&client, &caller, &mut slot, |place, result| {
            results.give(place, result.map(Updated::new));
        })
        .await;
        end(results, slot);
    })
}

/// Ensures the records of a pack, which has its places in their queues when this returns.
pub(crate) fn ensure(
    client: Client,
    caller: Caller,
    mut slot: Slot,
    jobs: Vec<PatchJob>,
    mut results: Results<Ensured>,
) -> Sent {
    let pack = EnsurePack::queue(&client, &caller, jobs);
    Box::pin(async move {
        results.begin();
        pack.send(&client, &caller, &mut slot, |place, result| {
            results.give(place, result);
        })
        .await;
        end(results, slot);
    })
}

/// The run knows first that nothing more is to be sent, and then of the slot that is free.
fn end<T>(mut results: Results<T>, slot: Slot) {
    results.end();
    drop(slot);
    drop(results);
}
