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
        Arc, Mutex, TryLockError,
        atomic::{AtomicBool, Ordering, fence},
    },
    task::{Context, Poll, Waker},
};

use tokio::{runtime::Handle, task::JoinHandle};

use super::{
    call::shut_down,
    caller::{Called, Caller, Presence},
};
use crate::{Error, ErrorKind, Outcome, Result, lock::lock};

/// A call that sends a request, as its caller has it.
pub(super) trait Detachable<T>: Send + Sync {
    fn poll(&self, context: &mut Context<'_>) -> Poll<Result<T>>;

    /// Must be called when the caller drops the call.
    fn leave(&self);
}

/// What happens to a request that is under way when the caller drops the call.
#[derive(Debug, Clone, Copy)]
pub(super) enum AfterDrop {
    Continue,
    Cancel,
}

/// The future of the call has a reference to this. It is dropped when it ends, or when the caller leaves, so the two
/// do not keep each other for ever.
struct Running<T> {
    presence: Presence,
    polled_by: Mutex<PolledBy<T>>,
    /// Set to request the move to a task. `poll` checks it after polling the call.
    is_to_move: AtomicBool,
    after_drop: AfterDrop,
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

pub(super) fn detachable<T, F>(
    run: impl FnOnce(Caller) -> F,
    after_drop: AfterDrop,
) -> Arc<dyn Detachable<T>>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let running = Arc::new(Running {
        presence: Presence::default(),
        polled_by: Mutex::new(PolledBy::Nobody),
        is_to_move: AtomicBool::new(false),
        after_drop,
    });
    let caller = Caller::of(Arc::clone(&running) as Arc<dyn Called>);
    *lock(&running.polled_by) = PolledBy::Caller {
        call: Box::pin(run(caller)),
        polled: None,
    };
    running
}

impl<T: Send + 'static> Detachable<T> for Running<T> {
    fn poll(&self, context: &mut Context<'_>) -> Poll<Result<T>> {
        let mut polled_by = lock(&self.polled_by);
        let result = polled_by.poll(context);
        if result.is_ready() {
            *polled_by = PolledBy::Nobody;
            return result;
        }
        drop(polled_by);
        // Pairs with the fence in `detach`: if `detach` found `polled_by` locked, the request is
        // seen here.
        fence(Ordering::SeqCst);
        if self.is_to_move.load(Ordering::Relaxed) {
            self.move_to_task();
        }
        Poll::Pending
    }

    fn leave(&self) {
        // Nobody asks for the caller of a call that has ended.
        if let PolledBy::Nobody = *lock(&self.polled_by) {
            return;
        }
        // The caller is marked as gone before the task begins, so that the task sends nothing new.
        self.presence.end();
        if let AfterDrop::Continue = self.after_drop {
            self.move_to_task();
        }
        let mut polled_by = lock(&self.polled_by);
        let ended = match (&*polled_by, self.after_drop) {
            (PolledBy::Task(_), AfterDrop::Continue) => return,
            // Also a call that was never polled.
            _ => mem::replace(&mut *polled_by, PolledBy::Nobody),
        };
        drop(polled_by);
        if let PolledBy::Task(task) = ended {
            task.abort();
        }
    }
}

impl<T: Send + 'static> Called for Running<T> {
    fn presence(&self) -> &Presence {
        &self.presence
    }

    fn detach(&self) {
        self.is_to_move.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        self.move_to_task();
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
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, poll_fn},
        pin::pin,
    };

    use super::*;

    /// Begins a call, polls it this many times, and lets the caller leave. Returns what the call holds.
    async fn left_after(polls: usize, after_drop: AfterDrop, is_detached: bool) -> Arc<()> {
        let held = Arc::new(());
        let holds = Arc::clone(&held);
        let mut left = polls.max(1);
        let call = detachable(
            move |caller| async move {
                if is_detached {
                    caller.detach();
                }
                let ends = poll_fn(move |context| {
                    left -= 1;
                    context.waker().wake_by_ref();
                    if left == 0 {
                        Poll::Ready(Ok(()))
                    } else {
                        Poll::Pending
                    }
                });
                let ended = ends.await;
                drop(holds);
                ended
            },
            after_drop,
        );
        for _ in 0..polls {
            let _ = poll_fn(|context| Poll::Ready(call.poll(context))).await;
        }
        call.leave();
        held
    }

    #[tokio::test]
    async fn a_call_keeps_nothing_after_its_end_however_far_it_came() {
        for after_drop in [AfterDrop::Continue, AfterDrop::Cancel] {
            for polls in 0..4 {
                for is_detached in [false, true] {
                    let held = left_after(polls, after_drop, is_detached).await;
                    for _ in 0..10 {
                        tokio::task::yield_now().await;
                    }
                    let case = (after_drop, polls, is_detached);
                    assert_eq!(Arc::strong_count(&held), 1, "{case:?}");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_call_whose_caller_leaves_goes_on_only_if_it_is_to_continue() {
        for (after_drop, goes_on) in [(AfterDrop::Continue, true), (AfterDrop::Cancel, false)] {
            let held = Arc::new(());
            let holds = Arc::clone(&held);
            let call = detachable(
                move |_| async move {
                    pending::<()>().await;
                    drop(holds);
                    Ok(())
                },
                after_drop,
            );
            let mut polled = pin!(poll_fn(|context| Poll::Ready(call.poll(context))));
            assert!(polled.as_mut().await.is_pending());
            call.leave();
            drop(call);
            tokio::task::yield_now().await;
            assert_eq!(Arc::strong_count(&held) == 2, goes_on, "{after_drop:?}");
        }
    }
}
