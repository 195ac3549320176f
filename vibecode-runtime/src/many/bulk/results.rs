//! The pack that a task sends, and the destination of its results.

use std::pin::Pin;

use tokio::{sync::mpsc::UnboundedSender, time::Instant};

use crate::{Error, ErrorKind, Outcome, Result, client::shut_down, many::batch::RunControl};

pub(crate) type PackFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(super) enum Event<T> {
    /// The result of an item, and when its last attempt with an unknown outcome ended.
    Result(usize, Result<T>, Option<Instant>),
    /// Another request may be sent.
    PermitFree,
}

/// The destination of the results of a pack. When it is dropped, every item has a result, even if the
/// task was dropped together with the runtime.
pub(crate) struct Results<T> {
    /// The index of each job in the run; `None` once its result was passed on.
    indices: Vec<Option<usize>>,
    events: UnboundedSender<Event<T>>,
    run: RunControl,
    has_begun: bool,
    /// The error of the last result that refuses everything.
    refused: Option<Error>,
    is_refused: bool,
}

impl<T> Results<T> {
    pub(super) fn new(
        indices: Vec<usize>,
        events: UnboundedSender<Event<T>>,
        run: RunControl,
    ) -> Self {
        Self {
            indices: indices.into_iter().map(Some).collect(),
            events,
            run,
            has_begun: false,
            refused: None,
            is_refused: true,
        }
    }

    pub(super) fn begin(&mut self) {
        self.has_begun = true;
    }

    /// Passes on the result of the job with this index in the pack, and when its last attempt with an unknown
    /// outcome ended.
    pub(super) fn report(&mut self, index: usize, result: Result<T>, lost_at: Option<Instant>) {
        let Some(index) = self.indices.get_mut(index).and_then(Option::take) else {
            debug_assert!(false, "a job has one result");
            return;
        };
        match &result {
            Err(error) if error.refuses_every_batch() => self.refused = Some(error.clone()),
            Ok(_) | Err(_) => self.is_refused = false,
        }
        self.send(Event::Result(index, result, lost_at));
    }

    /// Ends the pack, and stops the run if every result refuses everything.
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

    /// The receiver may be gone.
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
            self.send(Event::Result(index, Err(broken_off.clone()), None));
        }
        self.send(Event::PermitFree);
    }
}
