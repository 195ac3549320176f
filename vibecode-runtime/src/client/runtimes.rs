//! The tokio runtimes in which a client is used.
//!
//! A connection is driven by the runtime in which it was made, and so is a call that holds the lock of
//! a record. A call in a second runtime may need either of them. Example: a program makes a call in
//! `first.block_on(…)`, keeps `first`, and makes the next call in `second.block_on(…)`. This call is
//! sent on a connection that nobody drives any more. It times out, and it is not known whether it was
//! applied.
//!
//! Another runtime is recognised by its id. Several runtimes are no mistake in themselves if all of
//! them run. The workers of actix-web, for example, each have their own runtime, and one client for all
//! of them is right, since it keeps their writes to one record apart. Therefore the other runtimes are
//! checked: each has to run a task that reports back. A runtime that was shut down drops the task, and
//! is forgotten.

use std::{
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use tokio::{
    runtime::{Handle, Id},
    sync::Notify,
};

use super::{call::outside_of_a_runtime, rare_task::spawn};
use crate::{Error, ErrorKind, Result, lock::lock};

/// If a runtime does not begin a task within this time, it counts as not running.
const IDLE_AFTER: Duration = Duration::from_secs(2);
/// How long a runtime that has begun a task is not checked again.
const RUNS_FOR: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct Runtimes {
    /// Nearly always one.
    used: Mutex<Vec<Used>>,
}

#[derive(Debug)]
struct Used {
    runtime: Handle,
    /// When it was last seen to run, by the system's clock, since tests may stop tokio's.
    ran: Option<Instant>,
}

impl Runtimes {
    /// Fails if another runtime in which the client has a connection or a lock is not running, or if
    /// there is no runtime here.
    pub(super) async fn check(&self) -> Result<()> {
        let Ok(here) = Handle::try_current() else {
            return Err(outside_of_a_runtime());
        };
        match self.not_seen_to_run(&here) {
            // Boxed, since it is rare: it then takes no space in the futures of all calls.
            Some(_) => Box::pin(self.ask_all(&here)).await,
            None => Ok(()),
        }
    }

    /// Returns whether the client was used in this runtime before, and in no other one. Then there is nothing to
    /// check or to note.
    pub(super) fn is_the_only_one(&self) -> bool {
        let here = Handle::try_current();
        here.is_ok_and(|here| match lock(&self.used).as_slice() {
            [only] => only.runtime.id() == here.id(),
            _ => false,
        })
    }

    /// Notes that the client acquires a lock in this runtime, or sends a request, which requires a
    /// connection.
    pub(super) fn note_this_one(&self) {
        if let Ok(here) = Handle::try_current() {
            self.note(here);
        }
    }

    async fn ask_all(&self, here: &Handle) -> Result<()> {
        while let Some(other) = self.not_seen_to_run(here) {
            match ask(&other).await {
                Liveness::Runs => self.note_that_it_runs(other.id()),
                Liveness::IsGone => self.forget(other.id()),
                Liveness::IsIdle => return Err(idle()),
            }
        }
        Ok(())
    }

    fn note(&self, here: Handle) {
        let mut used = lock(&self.used);
        if used.iter().all(|it| it.runtime.id() != here.id()) {
            used.push(Used {
                runtime: here,
                ran: None,
            });
        }
    }

    /// Returns another runtime that was not seen to run recently.
    fn not_seen_to_run(&self, here: &Handle) -> Option<Handle> {
        let used = lock(&self.used);
        let mut others = used.iter().filter(|it| it.runtime.id() != here.id());
        let other = others.find(|it| it.ran.is_none_or(|ran| ran.elapsed() >= RUNS_FOR));
        other.map(|it| it.runtime.clone())
    }

    fn note_that_it_runs(&self, id: Id) {
        let mut used = lock(&self.used);
        for it in used.iter_mut().filter(|it| it.runtime.id() == id) {
            it.ran = Some(Instant::now());
        }
    }

    fn forget(&self, id: Id) {
        lock(&self.used).retain(|it| it.runtime.id() != id);
    }
}

#[derive(Clone, Copy)]
enum Liveness {
    Runs,
    IsGone,
    IsIdle,
}

async fn ask(runtime: &Handle) -> Liveness {
    let answer = Arc::new(Answer::default());
    let asked = Asked(Arc::clone(&answer));
    // A runtime that was shut down drops the task immediately.
    let task = spawn(
        runtime,
        Box::pin(async move { asked.0.give(Liveness::Runs) }),
    );
    let given = answer.wait().await;
    task.abort();
    given
}

/// The answer of a task that is spawned in a runtime. With a channel of `std`, an app would have to compile 400 functions
/// more.
#[derive(Default)]
struct Answer {
    given: Mutex<Option<Liveness>>,
    /// For the thread that limits the wait.
    is_given: Condvar,
    /// For the call that waits.
    woken: Notify,
}

impl Answer {
    /// Gives the answer, if none was given before.
    fn give(&self, liveness: Liveness) {
        lock(&self.given).get_or_insert(liveness);
        self.is_given.notify_one();
        self.woken.notify_one();
    }

    fn given(&self) -> Option<Liveness> {
        *lock(&self.given)
    }

    /// Waits for the answer by the system's clock, not by that of a runtime, which may be stopped. The thread is not one of
    /// the runtime's blocking threads, since those may all be busy.
    async fn wait(self: Arc<Self>) -> Liveness {
        if self.given().is_none() {
            let answer = Arc::clone(&self);
            let limit = thread::Builder::new().spawn(move || answer.limit());
            if limit.is_err() {
                return Liveness::IsIdle;
            }
        }
        loop {
            // An earlier notification is stored, so none is missed.
            self.woken.notified().await;
            if let Some(given) = self.given() {
                return given;
            }
        }
    }

    /// Blocks until the answer is given, which this does itself if nobody else does.
    fn limit(&self) {
        let given = lock(&self.given);
        let waiting = self
            .is_given
            .wait_timeout_while(given, IDLE_AFTER, |given| given.is_none());
        drop(waiting);
        self.give(Liveness::IsIdle);
    }
}

/// Belongs to the task, and is dropped with it.
struct Asked(Arc<Answer>);

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.give(Liveness::IsGone);
    }
}

fn idle() -> Error {
    let problem = "the client was used in another tokio runtime before, which is alive but does not run, so the client's connections there do not either: use a client in one runtime, or shut the other one down";
    Error::not_sent(ErrorKind::Configuration, problem)
}

#[cfg(test)]
mod tests {
    use tokio::runtime::{Builder, Runtime};

    use super::*;

    fn runtime() -> Runtime {
        Builder::new_current_thread().build().unwrap()
    }

    #[tokio::test]
    async fn a_task_that_ends_before_it_is_waited_for_has_answered() {
        for has_run in [true, false] {
            let answer = Arc::new(Answer::default());
            let asked = Asked(Arc::clone(&answer));
            if has_run {
                asked.0.give(Liveness::Runs);
            }
            drop(asked);
            let waited = answer.wait().await;
            assert_eq!(matches!(waited, Liveness::Runs), has_run);
            assert_eq!(matches!(waited, Liveness::IsGone), !has_run);
        }
    }

    /// Otherwise the wait would begin when one of them is free, which may be never.
    #[test]
    fn a_runtime_that_does_not_run_is_recognised_while_all_blocking_threads_are_busy() {
        let idle = runtime();
        let here = Builder::new_current_thread()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        let (release, is_released) = std::sync::mpsc::channel::<()>();
        here.spawn_blocking(move || is_released.recv());
        let liveness = here.block_on(ask(idle.handle()));
        assert!(matches!(liveness, Liveness::IsIdle));
        drop(release);
    }

    #[test]
    fn a_runtime_is_asked_unless_it_is_this_one_or_was_seen_to_run_lately() {
        let (here, other) = (runtime(), runtime());
        let runtimes = Runtimes::default();
        let asked = || runtimes.not_seen_to_run(here.handle()).map(|it| it.id());
        let id = other.handle().id();
        for runtime in [&here, &here, &other, &other] {
            runtimes.note(runtime.handle().clone());
        }
        assert_eq!(lock(&runtimes.used).len(), 2);
        assert_eq!(asked(), Some(id));
        runtimes.note_that_it_runs(id);
        assert_eq!(asked(), None);
        let long_ago = Instant::now().checked_sub(RUNS_FOR).unwrap();
        lock(&runtimes.used)[1].ran = Some(long_ago);
        assert_eq!(asked(), Some(id));
        runtimes.forget(id);
        assert_eq!(asked(), None);
        assert_eq!(lock(&runtimes.used).len(), 1);
    }
}
