//! The packs under way, each in a task of its own: they go on while nobody polls the run.

use std::{
    collections::HashMap,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::StatusCode;
use tokio::task::{Id, JoinSet};

use super::window::{Pack, Sent};
use crate::{Client, Error, ErrorKind, Outcome, PatchJob, Result};

/// So many are under way at a time.
const MOST_PACKS: usize = 4;

/// What is done with a pack.
pub(crate) type Work<T> = fn(Client, Vec<PatchJob>) -> Working<T>;
pub(crate) type Working<T> = Pin<Box<dyn Future<Output = Vec<Result<T>>> + Send>>;

pub(super) struct Packs<T> {
    client: Client,
    work: Work<T>,
    tasks: JoinSet<Vec<Result<T>>>,
    sent: HashMap<Id, Sent>,
    /// Why nothing more is sent, to be told of what was not.
    stopped: Option<Error>,
}

impl<T: Send + 'static> Packs<T> {
    pub(super) fn new(client: Client, work: Work<T>) -> Self {
        Self {
            client,
            work,
            tasks: JoinSet::new(),
            sent: HashMap::new(),
            stopped: None,
        }
    }

    pub(super) fn have_room(&self) -> bool {
        self.stopped.is_none() && self.tasks.len() < MOST_PACKS
    }

    pub(super) fn stopped(&self) -> Option<&Error> {
        self.stopped.as_ref()
    }

    pub(super) fn send(&mut self, pack: Pack) {
        let (jobs, sent) = pack.split();
        let work = (self.work)(self.client.clone(), jobs);
        let task = self.tasks.spawn(work);
        self.sent.insert(task.id(), sent);
    }

    /// The next pack that has ended, with what became of each of its items.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<(Sent, Vec<Result<T>>)>> {
        let Some(ended) = ready!(self.tasks.poll_join_next_with_id(context)) else {
            return Poll::Ready(None);
        };
        let (task, results) = match ended {
            Ok((task, results)) => (task, Ok(results)),
            Err(error) => (error.id(), Err(broken_off())),
        };
        let Some(sent) = self.sent.remove(&task) else {
            return Poll::Ready(None);
        };
        let results = match results {
            Ok(results) => {
                self.stop_where_refused(&results);
                results
            }
            Err(error) => {
                let results = sent.indices().iter().map(|_| Err(error.clone())).collect();
                self.stop(&error);
                results
            }
        };
        Poll::Ready(Some((sent, results)))
    }

    /// A key that is refused will be refused again, item by item.
    fn stop_where_refused(&mut self, results: &[Result<T>]) {
        let is_refused = |result: &Result<T>| result.as_ref().is_err_and(refuses_all);
        if results.iter().all(is_refused)
            && let Some(Err(error)) = results.first()
        {
            self.stop(error);
        }
    }

    fn stop(&mut self, error: &Error) {
        let of_the_rest = error.clone().with(|details| {
            details.outcome = Outcome::NotApplied;
            details.call = None;
        });
        self.stopped.get_or_insert(of_the_rest);
    }
}

/// Whether every further batch would be refused like this one.
fn refuses_all(error: &Error) -> bool {
    // A call of a batch has no status of its own: this is the whole batch.
    error.refuses_the_key() || error.status() == Some(StatusCode::FORBIDDEN)
}

fn broken_off() -> Error {
    let problem = "the task that sent the batch was broken off";
    Error::new(ErrorKind::Interrupted, Outcome::Unknown, problem)
}
