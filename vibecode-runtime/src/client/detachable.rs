//! A call that is polled by its caller until something depends on when it is polled.
//!
//! A write holds the lock of its record. If its caller stopped polling it, every later write to that
//! record would hang. Spawning a task for each call would prevent that, but costs a third more CPU
//! time, and most calls never have another one waiting. So the caller's own task polls the call at
//! first, and the call moves to a task of the client only
//!
//! - when another call joins the queue behind it, so that a caller that polls rarely, or never again,
//!   blocks nobody;
//! - when it makes a new connection, so that its request leaves when the throttle allows it, and not
//!   when its caller polls again ([`connecting`](super::connecting));
//! - when its caller drops a write, so that a request that is under way runs to its end.
//!
//! Example: task A calls `update` for contact 71, polls it until the request is under way, and then
//! computes for an hour without polling it. Task B calls `update` for contact 71 too, and has to wait
//! for the lock. So B moves A's write to a task of the client ([`Detach`]). There the write ends and
//! releases the lock, and B's write is sent. When A polls again, it gets its result from the task.
//!
//! The move may be requested while A is polling its write. `detach` then finds `polled_by` locked, and
//! `poll` makes the move itself when it is done.

use std::{
    future::Future,
    mem,
    panic::resume_unwind,
    pin::Pin,
    sync::{
        Arc, Mutex, TryLockError, Weak,
        atomic::{AtomicBool, Ordering, fence},
    },
    task::{Context, Poll, Waker},
};

use tokio::{runtime::Handle, task::JoinHandle};

use super::{
    call::shut_down,
    caller::{Caller, Detach, PresenceGuard},
};
use crate::{Error, ErrorKind, Outcome, Result, lock::lock};

pub(super) struct Detachable<T: Send + 'static> {
    running: Arc<Running<T>>,
    presence: Option<PresenceGuard>,
    after_drop: AfterDrop,
}

/// What happens to a request that is under way when the caller drops the call.
#[derive(Debug, Clone, Copy)]
pub(super) enum AfterDrop {
    Continue,
    Cancel,
}

struct Running<T> {
    polled_by: Mutex<PolledBy<T>>,
    /// Set to request the move to a task. `poll` checks it after polling the call.
    is_to_move: AtomicBool,
}

/// Who polls the call.
enum PolledBy<T> {
    Caller {
        call: Pin<Box<dyn Future<Output = Result<T>> + Send>>,
        /// The runtime that it runs in and the waker of its caller, once it has been polled.
        polled: Option<(Handle, Waker)>,
    },
    Task(JoinHandle<Result<T>>),
    /// It has ended.
    Nobody,
}

impl<T: Send + 'static> Detachable<T> {
    pub(super) fn new<F>(run: impl FnOnce(Caller) -> F, after_drop: AfterDrop) -> Self
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let mut presence = None;
        let running = Arc::new_cyclic(|running: &Weak<Running<T>>| {
            let caller = Caller::of_call(running.clone());
            presence = Some(caller.guard());
            Running {
                polled_by: Mutex::new(PolledBy::Caller {
                    call: Box::pin(run(caller)),
                    polled: None,
                }),
                is_to_move: AtomicBool::new(false),
            }
        });
        Self {
            running,
            presence,
            after_drop,
        }
    }
}

impl<T: Send + 'static> Future for Detachable<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let running = &self.running;
        let mut polled_by = lock(&running.polled_by);
        let result = polled_by.poll(context);
        if result.is_ready() {
            *polled_by = PolledBy::Nobody;
            return result;
        }
        drop(polled_by);
        // Pairs with the fence in `detach`: if `detach` found `polled_by` locked, the request is
        // seen here.
        fence(Ordering::SeqCst);
        if running.is_to_move.load(Ordering::Relaxed) {
            running.move_to_task();
        }
        Poll::Pending
    }
}

impl<T: Send + 'static> PolledBy<T> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<T>> {
        match self {
            Self::Caller { call, polled } => {
                match polled {
                    Some((_, waker)) => waker.clone_from(context.waker()),
                    // `Call` has checked that there is a runtime.
                    None => *polled = Some((Handle::current(), context.waker().clone())),
                }
                call.as_mut().poll(context)
            }
            Self::Task(task) => Pin::new(task).poll(context).map(|ended| match ended {
                Ok(result) => result,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    Err(_) => Err(shut_down()),
                },
            }),
            Self::Nobody => Poll::Ready(Err(polled_after_its_end())),
        }
    }
}

fn polled_after_its_end() -> Error {
    let problem = "the call was polled after it had ended";
    Error::new(ErrorKind::Interrupted, Outcome::Unknown, problem)
}

impl<T: Send + 'static> Running<T> {
    fn move_to_task(&self) {
        let mut polled_by = match self.polled_by.try_lock() {
            Ok(polled_by) => polled_by,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        // A call that was never polled holds no lock.
        if let PolledBy::Caller {
            polled: Some(_), ..
        } = &*polled_by
            && let PolledBy::Caller {
                call,
                polled: Some((runtime, waker)),
            } = mem::replace(&mut *polled_by, PolledBy::Nobody)
        {
            *polled_by = PolledBy::Task(runtime.spawn(call));
            drop(polled_by);
            // The caller has to poll the task from now on.
            waker.wake();
        }
    }

    fn cancel(&self) {
        let ended = mem::replace(&mut *lock(&self.polled_by), PolledBy::Nobody);
        if let PolledBy::Task(task) = ended {
            task.abort();
        }
    }
}

impl<T: Send + 'static> Detach for Running<T> {
    fn detach(&self) {
        self.is_to_move.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        self.move_to_task();
    }
}

impl<T: Send + 'static> Drop for Detachable<T> {
    fn drop(&mut self) {
        // The caller is marked as gone before the task begins, so that the task sends nothing new.
        self.presence = None;
        match self.after_drop {
            AfterDrop::Continue => self.running.move_to_task(),
            AfterDrop::Cancel => self.running.cancel(),
        }
    }
}
