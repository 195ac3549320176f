//! A call that its caller polls as long as nobody else needs it to go on.
//!
//! A write holds the lock of its record. While its caller is the only one who wants the record, the
//! caller's own task polls it: a task of its own for each write would cost a third more CPU time. It
//! moves to a task of the client
//!
//! - when another call queues behind it, so that a caller that polls rarely, or never again, holds up
//!   nobody;
//! - when its caller drops it, so that a request that is under way runs to its end.

use std::{
    future::Future,
    mem,
    panic::resume_unwind,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError, TryLockError, Weak,
        atomic::{AtomicBool, Ordering, fence},
    },
    task::{Context, Poll, Waker},
};

use tokio::{runtime::Handle, task::JoinHandle};

use super::{
    call::shut_down,
    caller::{Caller, Detach, PresenceGuard},
};
use crate::Result;

/// What the caller holds of it.
pub(super) struct Owned<T: Send + 'static> {
    running: Arc<Running<T>>,
    presence: Option<PresenceGuard>,
}

struct Running<T> {
    state: Mutex<State<T>>,
    /// Whether it is to move to a task. Whoever polls it meanwhile looks at this afterwards.
    is_to_move: AtomicBool,
}

type Run<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

enum State<T> {
    WithCaller {
        run: Run<T>,
        /// Where it runs, and who waits for it, once it has been polled.
        polled: Option<(Handle, Waker)>,
    },
    InTask(JoinHandle<Result<T>>),
    Over,
}

impl<T: Send + 'static> Owned<T> {
    pub(super) fn new<F>(run: impl FnOnce(Caller) -> F) -> Self
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let mut presence = None;
        let running = Arc::new_cyclic(|running: &Weak<Running<T>>| {
            let caller = Caller::of_call(running.clone());
            presence = Some(caller.guard());
            Running {
                state: Mutex::new(State::WithCaller {
                    run: Box::pin(run(caller)),
                    polled: None,
                }),
                is_to_move: AtomicBool::new(false),
            }
        });
        Self { running, presence }
    }
}

impl<T: Send + 'static> Future for Owned<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let running = &self.running;
        let mut state = running.state.lock().unwrap_or_else(PoisonError::into_inner);
        let result = state.poll(context);
        if result.is_ready() {
            *state = State::Over;
            return result;
        }
        drop(state);
        // With the one in `detach`: if that found the state in use, the request is seen here.
        fence(Ordering::SeqCst);
        if running.is_to_move.load(Ordering::Relaxed) {
            running.move_to_task();
        }
        Poll::Pending
    }
}

impl<T: Send + 'static> State<T> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<T>> {
        match self {
            Self::WithCaller { run, polled } => {
                match polled {
                    Some((_, waker)) => waker.clone_from(context.waker()),
                    // There is a runtime: `Call` has looked.
                    None => *polled = Some((Handle::current(), context.waker().clone())),
                }
                run.as_mut().poll(context)
            }
            Self::InTask(task) => Pin::new(task).poll(context).map(|ended| match ended {
                Ok(result) => result,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    Err(_) => Err(shut_down()),
                },
            }),
            Self::Over => panic!("a call was polled after it had ended"),
        }
    }
}

impl<T: Send + 'static> Running<T> {
    /// Moves it, unless it is being polled at this moment.
    fn move_to_task(&self) {
        let mut state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        // What was never polled holds nothing.
        if let State::WithCaller {
            polled: Some(_), ..
        } = &*state
            && let State::WithCaller {
                run,
                polled: Some((runtime, waker)),
            } = mem::replace(&mut *state, State::Over)
        {
            *state = State::InTask(runtime.spawn(run));
            drop(state);
            // It waits for the task now.
            waker.wake();
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

impl<T: Send + 'static> Drop for Owned<T> {
    fn drop(&mut self) {
        // First the caller is gone, then the task begins: it sends nothing new.
        self.presence = None;
        self.running.move_to_task();
    }
}
