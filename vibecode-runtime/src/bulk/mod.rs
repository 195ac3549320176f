//! Any number of records from one call: packed 50 a request, answered in the order of the items.

mod calls;
mod driver;
mod packs;
mod source;
mod window;

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use tokio::{sync::mpsc, task::JoinHandle};

use self::{
    driver::drive,
    packs::{Work, Working},
    source::Source,
    window::Outcome,
};
use crate::{
    Addresses, Client, Ensured, Id, Patch, PatchJob, Result, Updated,
    batch::{self, BatchCall},
    ensure::many,
};

/// What became of one item of [`Client::update_many`] or [`Client::ensure_many`].
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
    /// The place of the item, from 0.
    pub index: usize,
    /// The record.
    pub id: Id<E>,
    /// What became of it.
    pub result: Result<T>,
}

/// The outcomes of [`Client::update_many`] or [`Client::ensure_many`], one an item, in their order:
/// a `Stream`, or by [`Bulk::next`].
///
/// It does nothing until it is polled. Dropping it stops the run: what it had not given yet is
/// unknown.
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
    state: State<T>,
    entity: PhantomData<fn() -> E>,
}

enum State<T> {
    Idle(Box<dyn FnOnce() -> Running<T> + Send>),
    Running(Running<T>),
    Over,
}

struct Running<T> {
    outcomes: mpsc::Receiver<Outcome<T>>,
    driver: JoinHandle<()>,
}

/// Outcomes that wait to be taken, beyond those that the window holds.
const BUFFER: usize = 64;

impl<E, T: Send + 'static> Bulk<E, T> {
    pub(crate) fn of_iterator<I, A, P>(client: &Client, items: I, work: Work<T>) -> Self
    where
        I: Iterator<Item = (A, P)> + Send + 'static,
        A: Addresses<P>,
        P: Patch,
    {
        Self::new(client, Source::of_iterator(items), work)
    }

    pub(crate) fn of_jobs(
        client: &Client,
        jobs: impl Iterator<Item = PatchJob> + Send + 'static,
        work: Work<T>,
    ) -> Self {
        Self::new(client, Source::of_jobs(jobs), work)
    }

    pub(crate) fn of_stream<S, A, P>(client: &Client, items: S, work: Work<T>) -> Self
    where
        S: Stream<Item = (A, P)> + Send + 'static,
        A: Addresses<P>,
        P: Patch,
    {
        Self::new(client, Source::of_stream(items), work)
    }

    fn new(client: &Client, source: Source, work: Work<T>) -> Self {
        let client = client.clone();
        let start = move || {
            let (sender, outcomes) = mpsc::channel(BUFFER);
            let driver = tokio::spawn(drive(client, source, work, sender));
            Running { outcomes, driver }
        };
        Self {
            state: State::Idle(Box::new(start)),
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
        std::future::poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<BulkOutcome<E, T>>> {
        loop {
            match &mut self.state {
                State::Idle(_) => {
                    if let State::Idle(start) = std::mem::replace(&mut self.state, State::Over) {
                        self.state = State::Running(start());
                    }
                }
                State::Running(Running { outcomes, driver }) => {
                    if let Some(outcome) = ready!(outcomes.poll_recv(context)) {
                        return Poll::Ready(Some(outcome.named()));
                    }
                    // The items' own iterator may have panicked: the run is then not over, but
                    // broken.
                    let ended = ready!(Pin::new(driver).poll(context));
                    self.state = State::Over;
                    if let Err(error) = ended
                        && let Ok(panic) = error.try_into_panic()
                    {
                        std::panic::resume_unwind(panic);
                    }
                }
                State::Over => return Poll::Ready(None),
            }
        }
    }
}

impl<E, T: Send + 'static> Stream for Bulk<E, T> {
    type Item = BulkOutcome<E, T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl<E, T> Drop for Bulk<E, T> {
    fn drop(&mut self) {
        if let State::Running(running) = &self.state {
            running.driver.abort();
        }
    }
}

impl<E, T> fmt::Debug for Bulk<E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulk").finish_non_exhaustive()
    }
}

/// Updates the records of a pack.
pub(crate) fn update(client: Client, jobs: Vec<PatchJob>) -> Working<Updated> {
    Box::pin(async move {
        let calls: Vec<BatchCall> = jobs.into_iter().map(BatchCall::from).collect();
        let results = batch::send(&client, &calls).await.into_iter();
        results.map(|result| result.map(Updated::new)).collect()
    })
}

/// Makes sure that the records of a pack have what their jobs want.
pub(crate) fn ensure(client: Client, jobs: Vec<PatchJob>) -> Working<Ensured> {
    Box::pin(async move { many(&client, jobs).await })
}
