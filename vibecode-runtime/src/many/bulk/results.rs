//! The pack that a task sends, and the destination of its results.

use std::pin::Pin;

use tokio::sync::mpsc::UnboundedSender;

use crate::{
    Error, ErrorKind, Outcome,
    client::shut_down,
    many::{ItemResult, batch::RunControl},
};

pub(crate) type PackFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(super) enum Event<T> {
    /// The results of one request, each with the index of its item in the run.
    Results(Vec<ItemResult<T>>),
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

    /// Passes on results, each with the index of its job in the pack.
    pub(super) fn report(&mut self, results: impl Iterator<Item = ItemResult<T>>) {
        let mut passed_on = Vec::with_capacity(self.indices.len());
        for of_job in results {
            let Some(index) = self.indices.get_mut(of_job.index).and_then(Option::take) else {
                debug_assert!(false, "a job has one result");
                continue;
            };
            match &of_job.result {
                Err(error) if error.refuses_every_batch() => self.refused = Some(error.clone()),
                Ok(_) | Err(_) => self.is_refused = false,
            }
            passed_on.push(ItemResult { index, ..of_job });
        }
        if !passed_on.is_empty() {
            self.send(Event::Results(passed_on));
        }
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
        let rest = std::mem::take(&mut self.indices).into_iter().flatten();
        let rest: Vec<_> = if self.has_begun {
            let error = shut_down();
            rest.map(|index| ItemResult::broken_off(index, error.clone()))
                .collect()
        } else {
            let problem = "the runtime of the client was shut down before the item was sent";
            let error = Error::not_sent(ErrorKind::Interrupted, problem);
            rest.map(|index| ItemResult::not_sent(index, error.clone()))
                .collect()
        };
        if !rest.is_empty() {
            self.send(Event::Results(rest));
        }
        self.send(Event::PermitFree);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    /// Returns the outcomes of two items whose pack was dropped, and whether each has a time at which it was lost.
    fn dropped(has_begun: bool) -> Vec<(Outcome, bool)> {
        let (sender, mut events) = mpsc::unbounded_channel();
        let mut results = Results::<()>::new(vec![7, 8], sender, RunControl::new(1, || {}));
        if has_begun {
            results.begin();
        }
        drop(results);
        let Ok(Event::Results(results)) = events.try_recv() else {
            panic!("the results of the items");
        };
        let outcome = |item: ItemResult<()>| {
            let error = item.result.expect_err("it was not sent to its end");
            (error.outcome(), item.lost_at.is_some())
        };
        results.into_iter().map(outcome).collect()
    }

    #[test]
    fn an_item_that_may_have_been_sent_has_the_time_at_which_it_was_lost() {
        assert_eq!(dropped(true), [(Outcome::Unknown, true); 2]);
        assert_eq!(dropped(false), [(Outcome::NotApplied, false); 2]);
    }
}
