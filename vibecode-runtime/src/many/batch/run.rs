//! Sends calls as one batch, and repeats those that may be sent again.

use std::{borrow::Borrow, pin::pin, time::Duration};

use serde_json::value::RawValue;
use tokio::time::{Instant, sleep};

use super::{
    answer::BatchAnswer,
    call::{BatchCall, request},
};
use crate::{
    Client, Error, Outcome, RawAnswer, Result,
    client::{
        Caller, RecordLock, Request, Sending, check_id_in_batch, judge_call, raw, request::Effect,
        unexpected,
    },
    error::Repeat,
};

/// A call that may be sent, with the lock of its record if it writes.
pub(crate) struct Ready<L> {
    pub(crate) call: BatchCall,
    pub(crate) lock: Option<L>,
    pub(crate) tries: u32,
}

pub(crate) struct Ended {
    pub(crate) result: Result<RawAnswer>,
    /// When the try was sent that led to the result.
    pub(crate) sent_at: Option<Instant>,
    pub(crate) tries: u32,
}

/// Sends calls, no two of which write to the same record. Passes each result, with the index of its
/// call, to `done` as soon as it is final; the lock of the record is released first.
pub(crate) async fn run<L: Borrow<RecordLock>>(
    client: &Client,
    caller: &Caller,
    calls: Vec<Ready<L>>,
    mut done: impl FnMut(usize, Ended),
) {
    if calls.is_empty() {
        return;
    }
    let mut states: Vec<State<L>> = calls.into_iter().map(State::new).collect();
    let mut tries = client.begin(caller);
    loop {
        let request = send(&mut tries, &mut states).await;
        let mut over = states.iter().filter_map(State::ended_session);
        let is_renewed = over.next().is_some_and(|error| tries.renew_after(error));
        let mut longest = Duration::ZERO;
        for state in &mut states {
            let wait = if is_renewed && state.ended_session().is_some() {
                Some(Duration::ZERO)
            } else {
                state.wait(&tries)
            };
            state.is_due = wait.is_some();
            longest = longest.max(wait.unwrap_or_default());
        }
        let goes_on = states.iter().any(|state| state.is_due)
            && ((is_renewed && longest.is_zero()) || tries.may_begin_after(longest, &request));
        for (index, state) in states.iter_mut().enumerate() {
            if goes_on && state.is_due {
                state.is_open |= state.is_unknown();
            } else if let Some(ended) = state.finish() {
                done(index, ended);
            }
        }
        let is_awaited = goes_on && caller.wait(pin!(sleep(longest))).await.is_ok();
        if !is_awaited {
            break;
        }
    }
    // The caller is gone, or no further try may begin: the results are final.
    for (index, state) in states.iter_mut().enumerate() {
        if let Some(ended) = state.finish() {
            done(index, ended);
        }
    }
}

async fn send<L: Borrow<RecordLock>>(tries: &mut Sending<'_>, states: &mut [State<L>]) -> Request {
    let due = || states.iter().enumerate().filter(|(_, state)| state.is_due);
    let request = request(due().map(|(index, state)| (index, &state.call)));
    let locks: Vec<&RecordLock> = due().filter_map(|(_, state)| state.lock()).collect();
    let answer = tries.send::<BatchAnswer>(&request, &locks).await;
    let sent_at = tries.sent_at();
    for state in states.iter_mut().filter(|state| state.is_due) {
        state.result = None;
        state.sent_at = sent_at;
        state.tries += 1;
    }
    match answer {
        Err(error) => {
            for state in states.iter_mut().filter(|state| state.is_due) {
                state.note(Err(error.clone()));
            }
        }
        Ok(answer) => {
            let mut at = |index: usize, result: Result<Box<RawValue>>| {
                if let Some(state) = states.get_mut(index).filter(|state| state.is_due) {
                    // The call is reported as done and as failed; it is not known which is true.
                    let is_second = state.result.is_some();
                    state.note(if is_second {
                        Err(contradiction())
                    } else {
                        result
                    });
                }
            };
            for (index, json) in answer.results {
                at(index, Ok(json));
            }
            for (index, failure) in answer.errors {
                at(index, Err(judge_call(failure)));
            }
            let unanswered_calls = states.iter_mut().filter(|state| state.is_unanswered());
            for state in unanswered_calls {
                state.note(Err(unanswered()));
            }
        }
    }
    for state in states.iter().filter(|state| state.is_due) {
        state.settle();
    }
    request
}

struct State<L> {
    call: BatchCall,
    lock: Option<L>,
    most_tries: u32,
    tries: u32,
    sent_at: Option<Instant>,
    result: Option<Result<RawAnswer>>,
    is_due: bool,
    /// Whether an earlier try may have been applied.
    is_open: bool,
    is_over: bool,
}

impl<L: Borrow<RecordLock>> State<L> {
    fn new(ready: Ready<L>) -> Self {
        let Ready { call, lock, tries } = ready;
        if let Some(lock) = &lock {
            lock.borrow().will_add(call.additions());
        }
        Self {
            call,
            lock,
            most_tries: tries,
            tries: 0,
            sent_at: None,
            result: None,
            is_due: true,
            is_open: false,
            is_over: false,
        }
    }

    fn lock(&self) -> Option<&RecordLock> {
        self.lock.as_ref().map(Borrow::borrow)
    }

    fn note(&mut self, answered: Result<Box<RawValue>>) {
        let Self { call, .. } = self;
        let read = answered.and_then(|json| {
            check_id_in_batch(&json, call.target.id)?;
            let is_written = call.effect() > Effect::Reads;
            Ok(raw(call.target.entity.clone(), json, is_written))
        });
        self.result = Some(read.map_err(|error| call.named(error.decided(call.effect()))));
    }

    /// Settles what the try added, if it was not applied.
    fn settle(&self) {
        let is_refused = |error: &Error| error.outcome() == Outcome::NotApplied;
        if let Some(lock) = self.lock()
            && self.error().is_some_and(is_refused)
        {
            lock.settle_last();
        }
    }

    fn wait(&self, tries: &Sending<'_>) -> Option<Duration> {
        let error = self.error().filter(|_| self.is_due)?;
        tries.wait(error).filter(|_| self.tries < self.most_tries)
    }

    /// Returns the error of a call that was not made because its session had ended.
    fn ended_session(&self) -> Option<&Error> {
        let error = self.error().filter(|_| self.is_due)?;
        (error.repeat() == Repeat::WithNewSession).then_some(error)
    }

    fn is_unanswered(&self) -> bool {
        self.is_due && self.result.is_none()
    }

    fn is_unknown(&self) -> bool {
        self.error()
            .is_some_and(|error| error.outcome() == Outcome::Unknown)
    }

    fn error(&self) -> Option<&Error> {
        self.result.as_ref()?.as_ref().err()
    }

    /// Returns the result, once, and releases the lock.
    fn finish(&mut self) -> Option<Ended> {
        if self.is_over {
            return None;
        }
        self.is_over = true;
        self.lock = None;
        let result = self.result.take().unwrap_or_else(|| Err(unanswered()));
        let result = result.map_err(|error| {
            if self.is_open {
                error.with(|details| details.outcome = Outcome::Unknown)
            } else {
                error
            }
        });
        Some(Ended {
            result,
            sent_at: self.sent_at,
            tries: self.tries,
        })
    }
}

fn unanswered() -> Error {
    unexpected("the batch's answer contains no result of this call")
}

fn contradiction() -> Error {
    unexpected("the batch's answer contains two results of this call")
}
