//! Any number of records from one call: 50 items per request, outcomes in the order of the items.
//!
//! items → [`source`] → packs, each sent by its own task → results → [`window`] → outcomes
//!
//! An item is an id and a patch. A pack is up to 50 items that are sent as one batch; [`waiting`] has those of
//! the next one. At most [`Bulk::MAX_REQUESTS`] packs have a request under way. The window contains the items that were taken
//! from the source and not returned yet: up to 400 items, or 16 MiB of patches. Outcomes are returned in
//! the order of the items, so a slow pack delays the outcomes behind it. While the window is full, or a
//! full pack waits for a request to end, no more items are taken, so memory is bounded however long the
//! source is.
//!
//! Example with packs of 2 items and a window of 6:
//!
//! - Items 0 to 5 are taken in. The packs (0, 1), (2, 3) and (4, 5) are sent. The window is full.
//! - The results of 2 and 3 arrive first. They stay in the window, since 0 and 1 have no result yet.
//! - The results of 0 and 1 arrive. The outcomes of 0 to 3 are returned in order. The window has room
//!   for items 6 to 9.
//!
//! Two changes of the same record may be in different packs. They cannot overtake each other: each pack
//! joins the lock queues of its records when it is made, and packs are made in the order of the items.

mod calls;
mod results;
mod source;
mod waiting;
mod window;

use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use futures_core::Stream;
use tokio::{
    runtime::{self, Handle},
    sync::mpsc,
};

use self::{
    results::{Event, PackFuture, Results},
    source::TakeItems,
    waiting::Action,
    window::Window,
};
use crate::{
    Client, Ensured, Entity, Id, Outcome, Patch, PatchJob, Result, Updated,
    client::{Caller, PresenceGuard, in_another_runtime, outside_of_a_runtime, rare_task::spawn},
    many::{
        ItemResult,
        batch::{Pack, PackPermit, RunControl, Updates},
        ensure::{EnsurePack, Transport},
    },
    patch::{
        check::{check, checked_id},
        target::Target,
    },
};

/// The outcome of one item of [`Client::update_many`] or [`Client::ensure_many`].
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let changes = [(71, Customer::patch().post("Director")), (404, Customer::patch().post("Nobody"))];
/// let mut outcomes = client.update_many(changes);
/// let first = outcomes.next().await.expect("one an item");
/// assert_eq!((first.index, first.id), (0, ContactId::from(71)));
/// assert!(first.result.is_ok());
/// let second = outcomes.next().await.expect("one an item");
/// assert!(second.result.is_err());
/// # Ok(()) }) }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct BulkOutcome<E, T = Updated> {
    /// The index of the item, from 0.
    pub index: usize,
    /// The id of the record.
    pub id: Id<E>,
    /// The result of the item.
    pub result: Result<T>,
    /// When the last attempt with an unknown outcome ended, if there was one. Such an attempt may still be applied
    /// until twice the [settle time](crate::ClientBuilder::settle_time) has passed since then, even if a later
    /// attempt has succeeded. It would then replace what was changed in between.
    pub lost_at: Option<Instant>,
}

/// The outcomes of [`Client::update_many`] or [`Client::ensure_many`], one per item, in the order of
/// the items. It is a `Stream`; [`Bulk::next`] returns the next outcome.
///
/// It does nothing until it is polled. Requests that are under way continue while it is not polled; new
/// ones are sent only when it is polled. Dropping it stops the run, and the outcomes that it had not
/// returned are unknown. Every item gets an outcome, even if the runtime that drives the run is shut
/// down. In another runtime than the one in which it was first polled, a run ends with
/// [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted).
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doctest/customer.rs"));
/// # fn main() -> vibecode_runtime::Result<()> { run(async |_sandbox, client| {
/// let changes = (71..=73).map(|id| (id, Customer::patch().post("Director")));
/// let mut outcomes = client.update_many(changes);
/// let mut failed = Vec::new();
/// while let Some(outcome) = outcomes.next().await {
///     if outcome.result.is_err() {
///         failed.push(outcome.id);
///     }
/// }
/// assert!(failed.is_empty());
/// # Ok(()) }) }
/// ```
#[must_use = "a run does nothing until it is polled"]
pub struct Bulk<E, T = Updated> {
    client: Client,
    source: Box<dyn TakeItems<T>>,
    window: Window<T>,
    run: RunControl,
    caller: Caller,
    /// `None` once what is under way was given up.
    presence: Option<PresenceGuard>,
    /// The runtime in which it was first polled: it drives the requests.
    begun_in: Option<runtime::Id>,
    events: mpsc::UnboundedReceiver<Event<T>>,
    sender: mpsc::UnboundedSender<Event<T>>,
    entity: PhantomData<fn() -> E>,
}

impl Bulk<()> {
    /// The maximum number of requests of a run that are under way at the same time: 4, each with up to
    /// [`Batch::MAX_CALLS`](crate::Batch::MAX_CALLS) items.
    pub const MAX_REQUESTS: usize = 4;
}

impl<E, T: Send + 'static> Bulk<E, T> {
    fn new(client: &Client, source: impl TakeItems<T> + 'static) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let caller = Caller::default();
        Self {
            client: client.clone(),
            source: Box::new(source),
            window: Window::new(),
            // Wakes the task that polls the run, which may have a pack that waits for a permit.
            run: RunControl::new(Bulk::<()>::MAX_REQUESTS, {
                let sender = sender.clone();
                move || drop(sender.send(Event::PermitFree))
            }),
            presence: Some(caller.guard()),
            caller,
            begun_in: None,
            events,
            sender,
            entity: PhantomData,
        }
    }

    /// Returns the next outcome, or `None` after the last item.
    pub async fn next(&mut self) -> Option<BulkOutcome<E, T>> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<BulkOutcome<E, T>>> {
        self.receive(context);
        let here = Handle::try_current().ok().map(|here| here.id());
        match (here, self.begun_in) {
            (None, None) => self.run.stop(outside_of_a_runtime()),
            (Some(_), None) => self.begun_in = here,
            (_, Some(_)) if here == self.begun_in => {}
            (_, Some(_)) => self.give_up(),
        }
        loop {
            let is_waiting = self.source.take_in(context, &mut self.window);
            if !self.send_pack(is_waiting) {
                break;
            }
        }
        if let Some(outcome) = self.window.pop() {
            return Poll::Ready(Some(outcome));
        }
        if self.source.is_over() && self.window.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Pending
    }

    /// Stops the run, and gives up what is under way in the runtime in which it was begun: that may no longer run.
    fn give_up(&mut self) {
        if self.presence.take().is_none() {
            return;
        }
        self.run.stop(in_another_runtime(Outcome::NotApplied));
        self.give_up_waiting();
        for index in self.window.unfinished() {
            let error = in_another_runtime(Outcome::Unknown);
            self.window.finish(ItemResult::broken_off(index, error));
        }
        // Results that arrive later have no item.
        (self.sender, self.events) = mpsc::unbounded_channel();
    }

    /// Returns whether the run was stopped. What was not sent is not sent then.
    fn give_up_waiting(&mut self) -> bool {
        let Some(error) = self.run.stopped() else {
            return false;
        };
        for index in self.source.waiting().give_up() {
            self.window
                .finish(ItemResult::not_sent(index, error.clone()));
        }
        true
    }

    /// Receives the events of the packs, and registers this task to be woken by the next one.
    fn receive(&mut self, context: &mut Context<'_>) {
        loop {
            // `try_recv` also receives what exceeds tokio's cooperative budget for a task: an event
            // that stops the run must not be missed.
            while let Ok(event) = self.events.try_recv() {
                self.note(event);
            }
            match self.events.poll_recv(context) {
                Poll::Ready(Some(event)) => self.note(event),
                Poll::Ready(None) | Poll::Pending => return,
            }
        }
    }

    fn note(&mut self, event: Event<T>) {
        match event {
            Event::Results(results) => {
                for result in results {
                    self.window.finish(result);
                }
            }
            Event::PermitFree => {}
        }
    }

    /// Sends a full pack if a permit is free, or a smaller one if no more items are available now. A full
    /// window is no reason to send a smaller pack: returned outcomes will make room for more. Returns
    /// whether a pack was sent.
    fn send_pack(&mut self, is_waiting: bool) -> bool {
        if self.give_up_waiting() {
            return false;
        }
        let takes_more = !is_waiting && !self.source.is_over();
        let waiting = self.source.waiting();
        let is_ready = waiting.is_full() || (!waiting.is_empty() && !takes_more);
        let Some(permit) = is_ready.then(|| self.run.try_permit()).flatten() else {
            return false;
        };
        let results = |indices| Results::new(indices, self.sender.clone(), self.run.clone());
        let (client, caller) = (self.client.clone(), self.caller.clone());
        let sending = waiting.send(client, caller, permit, &results);
        spawn(&Handle::current(), sending);
        true
    }
}

/// Only the source has to be pinned, and it is boxed.
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

impl Action for Updates {
    type Done = Updated;

    fn keep_patch<P: Patch>(&mut self, id: u64, patch: &P) -> Result<usize> {
        let id = checked_id(id)?;
        check(P::Entity::PATH, patch.body())?;
        Ok(self.push(Target::of::<P::Entity>(id), patch.body()))
    }

    fn keep_job(&mut self, job: PatchJob) -> usize {
        let (target, body) = job.into_parts();
        self.push(target, &body)
    }

    fn send(
        &mut self,
        client: Client,
        caller: Caller,
        mut permit: PackPermit,
        mut results: Results<Updated>,
    ) -> PackFuture {
        let calls = self.take().into_iter().enumerate();
        let pack = Pack::join_queues(&client, &caller, calls.collect());
        Box::pin(async move {
            results.begin();
            pack.send(&client, &caller, &mut permit, |ended| {
                results.report(ended.map(|ended| ended.map(Updated::new)));
            })
            .await;
            end(results, permit);
        })
    }
}

/// The jobs of a pack, which are kept whole: what is missing is found when the record was read.
#[derive(Default)]
struct Ensures(Vec<PatchJob>);

impl Action for Ensures {
    type Done = Ensured;

    fn keep_patch<P: Patch>(&mut self, id: u64, patch: &P) -> Result<usize> {
        Ok(self.keep_job(PatchJob::new(id, patch)?))
    }

    fn keep_job(&mut self, job: PatchJob) -> usize {
        let bytes = job.body().bytes();
        self.0.push(job);
        bytes
    }

    fn send(
        &mut self,
        client: Client,
        caller: Caller,
        mut permit: PackPermit,
        mut results: Results<Ensured>,
    ) -> PackFuture {
        let pack = EnsurePack::join_queues(&client, &caller, mem::take(&mut self.0));
        Box::pin(async move {
            results.begin();
            let transport = Transport::Batched;
            pack.send(&client, &caller, &mut permit, transport, |ended| {
                results.report(ended.into_iter());
            })
            .await;
            end(results, permit);
        })
    }
}

/// Stops the run, if it is to stop, before the permit is given back, so that no further pack is sent.
fn end<T>(mut results: Results<T>, permit: PackPermit) {
    results.end();
    drop(permit);
    drop(results);
}
