//! The pack that a task sends: where its results go.

use std::pin::Pin;

use http::StatusCode;
use tokio::sync::mpsc::UnboundedSender;

use crate::{Error, ErrorKind, Outcome, Result, batch::Run, client::shut_down};

/// A pack on its way.
pub(crate) type Sent = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What a run hears from its packs.
pub(super) enum Event<T> {
    /// The result of the item with this index.
    Result(usize, Result<T>),
    /// There may be a slot for another request.
    SlotFree,
}

/// Where the results of a pack go. When it is dropped, each item has got one, also if its task was
/// dropped together with the runtime.
pub(crate) struct Results<T> {
    /// The index of each job in the run, until its result has been given.
    indices: Vec<Option<usize>>,
    events: UnboundedSender<Event<T>>,
    run: Run,
    has_begun: bool,
    /// The error of the last result that refuses all, as long as there is no other result.
    refused: Option<Error>,
    is_refused: bool,
}

impl<T> Results<T> {
    pub(super) fn new(indices: Vec<usize>, events: UnboundedSender<Event<T>>, run: Run) -> Self {
        Self {
            indices: indices.into_iter().map(Some).collect(),
            events,
            run,
            has_begun: false,
            refused: None,
            is_refused: true,
        }
    }

    /// From here on something may be sent.
    pub(super) fn begin(&mut self) {
        self.has_begun = true;
    }

    pub(super) fn give(&mut self, place: usize, result: Result<T>) {
        let Some(index) = self.indices.get_mut(place).and_then(Option::take) else {
            debug_assert!(false, "a job has one result");
            return;
        };
        match &result {
            Err(error) if refuses_all(error) => self.refused = Some(error.clone()),
            Ok(_) | Err(_) => self.is_refused = false,
        }
        self.send(Event::Result(index, result));
    }

    /// The pack is over: if every result refuses all, the run is to stop.
    pub(super) fn end(&mut self) {
        let is_complete = self.indices.iter().all(Option::is_none);
        if let Some(error) = self.refused.take()
            && self.is_refused
            && is_complete
        {
            let of_the_rest = error.with(|details| {
                details.outcome = Outcome::NotApplied;
                details.call = None;
            });
            self.run.stop(of_the_rest);
        }
    }

    /// Nobody may listen any more.
    fn send(&self, event: Event<T>) {
        drop(self.events.send(event));
    }
}

impl<T> Drop for Results<T> {
    fn drop(&mut self) {
        let broken_off = if self.has_begun {
            shut_down()
        } else {
            let problem = "the runtime of the client was shut down before the item was sent";
            Error::not_sent(ErrorKind::Interrupted, problem)
        };
        for index in std::mem::take(&mut self.indices).into_iter().flatten() {
            self.send(Event::Result(index, Err(broken_off.clone())));
        }
        self.send(Event::SlotFree);
    }
}

/// Whether every further batch would be refused like this one.
fn refuses_all(error: &Error) -> bool {
    // A call of a batch has no status of its own: this is the whole batch.
    error.refuses_the_key() || error.status() == Some(StatusCode::FORBIDDEN)
}
