//! Sends calls as one batch, and repeats those that may be sent again.
//!
//! Example with three updates c0, c1 and c2 that only set:
//!
//! - The first request has all three. Its answer lists c0 as done and c1 as `RATE_LIMITED`, and does not
//!   list c2. The result of c0 is final: its lock is released, and its result is passed on.
//! - c1 was not applied, and the outcome of c2 is unknown, but repeating it has no further effect. Both
//!   are sent again in a second request, under their old ids.
//! - The second answer refuses c1 and c2 with `ACCESS_DENIED`. c1 was not applied. The outcome of c2 is
//!   still unknown: its first attempt may have been applied.

use std::{borrow::BorrowMut, pin::pin, time::Duration};

use tokio::time::{Instant, sleep};

use super::{
    answer::BatchAnswer,
    call::{BatchCall, request},
};
use crate::{
    Client, Error, Outcome, RawAnswer, Result,
    client::{
        Caller, RecordLock, Request, Sending, check_id_in_batch, raw, refusal, request::Effect,
        unexpected,
    },
    error::Repeat,
};
use bytestring::ByteString;

/// A call that may be sent, with the lock of its record if it writes.
pub(crate) struct Ready<L> {
    /// Identifies the call to the one who sends it.
    pub(crate) index: usize,
    pub(crate) call: BatchCall,
    pub(crate) lock: Option<L>,
    pub(crate) attempts: u32,
}

pub(crate) struct Ended {
    pub(crate) result: Result<RawAnswer>,
    /// When the attempt was sent that led to the result.
    pub(crate) sent_at: Option<Instant>,
    pub(crate) attempts: u32,
    /// When the last attempt with an unknown outcome ended.
    pub(crate) lost_at: Option<Instant>,
}

/// Sends calls, no two of which write to the same record. After each request, passes the results that are
/// final to `done`, each with the index of its call; the lock of its record is released first. What a call
/// adds must have been set at its lock.
pub(crate) async fn send<L: BorrowMut<RecordLock>>(
    client: &Client,
    caller: &Caller,
    ready: Vec<Ready<L>>,
    mut done: impl FnMut(&mut dyn Iterator<Item = (usize, Ended)>),
) {
    let calls = ready.into_iter().enumerate();
    let mut calls: Vec<CallProgress<L>> = calls
        .map(|(number, ready)| CallProgress::new(number, ready))
        .collect();
    let mut sending = client.begin(caller);
    while !calls.is_empty() {
        let request = send_once(&mut sending, &mut calls).await;
        let mut over = calls.iter().filter_map(CallProgress::ended_session);
        let is_renewed = over.next().is_some_and(|error| sending.renew_after(error));
        let mut longest = Duration::ZERO;
        for call in &mut calls {
            call.wait = if is_renewed && call.ended_session().is_some() {
                Some(Duration::ZERO)
            } else {
                call.wait(&sending)
            };
            longest = longest.max(call.wait.unwrap_or_default());
        }
        let goes_on = calls.iter().any(|call| call.wait.is_some())
            && ((is_renewed && longest.is_zero()) || sending.may_begin_after(longest, &request));
        let ended = calls.extract_if(.., |call| !goes_on || call.wait.is_none());
        let mut ended = ended.map(CallProgress::end);
        done(&mut ended);
        // A call whose result is left would be sent again.
        let left = ended.count();
        debug_assert_eq!(left, 0, "each result is passed on");
        for call in &mut calls {
            call.is_open |= call.is_unknown();
        }
        if !calls.is_empty() && caller.wait(pin!(sleep(longest))).await.is_err() {
            // The caller is gone, so the results are final.
            done(&mut calls.drain(..).map(CallProgress::end));
        }
    }
}

/// Sends all calls in one request, and notes the result of each.
async fn send_once<L: BorrowMut<RecordLock>>(
    sending: &mut Sending<'_>,
    calls: &mut [CallProgress<L>],
) -> Request {
    let request = request(calls.iter().map(|call| (call.number, &call.call)));
    let locks = calls.iter_mut().filter_map(CallProgress::lock);
    let mut locks: Vec<&mut RecordLock> = locks.collect();
    let answer = sending.send_once::<BatchAnswer>(&request, &mut locks).await;
    for call in &mut *calls {
        call.result = None;
        call.sent_at = sending.sent_at();
        call.attempts += 1;
    }
    match answer {
        Err(error) => {
            for call in &mut *calls {
                call.note(Err(error.clone()));
            }
        }
        Ok(answer) => {
            let mut note = |number: usize, result: Result<ByteString>| {
                let Ok(at) = calls.binary_search_by_key(&number, |call| call.number) else {
                    return;
                };
                if let Some(call) = calls.get_mut(at) {
                    // The call is reported as done and as failed; it is not known which is true.
                    let is_second = call.result.is_some();
                    call.note(if is_second {
                        Err(contradiction())
                    } else {
                        result
                    });
                }
            };
            for (number, json) in answer.results {
                note(number, Ok(json));
            }
            for (number, failure) in answer.errors {
                note(number, Err(refusal(failure)));
            }
            for call in calls.iter_mut().filter(|call| call.result.is_none()) {
                call.note(Err(unanswered()));
            }
        }
    }
    let now = Instant::now();
    for call in calls {
        call.settle();
        if call.is_unknown() {
            call.lost_at = Some(now);
        }
    }
    request
}

struct CallProgress<L> {
    /// The number of the call in the requests. It stays the same if the call is sent again.
    number: usize,
    index: usize,
    call: BatchCall,
    lock: Option<L>,
    max_attempts: u32,
    attempts: u32,
    sent_at: Option<Instant>,
    result: Option<Result<RawAnswer>>,
    /// How long to wait before the call is sent again; `None` if its result is final.
    wait: Option<Duration>,
    /// Whether an earlier attempt may have been applied.
    is_open: bool,
    /// When the last attempt with an unknown outcome ended.
    lost_at: Option<Instant>,
}

impl<L: BorrowMut<RecordLock>> CallProgress<L> {
    fn new(number: usize, ready: Ready<L>) -> Self {
        let Ready {
            index,
            call,
            lock,
            attempts,
        } = ready;
        Self {
            number,
            index,
            call,
            lock,
            max_attempts: attempts,
            attempts: 0,
            sent_at: None,
            result: None,
            wait: None,
            is_open: false,
            lost_at: None,
        }
    }

    fn lock(&mut self) -> Option<&mut RecordLock> {
        self.lock.as_mut().map(BorrowMut::borrow_mut)
    }

    fn note(&mut self, answered: Result<ByteString>) {
        let Self { call, .. } = self;
        let read = answered.and_then(|json| {
            check_id_in_batch(&json, &call.target)?;
            let is_written = call.effect() > Effect::Reads;
            Ok(raw(call.target.entity.clone(), json, is_written))
        });
        self.result = Some(read.map_err(|error| call.named(error.decided(call.effect()))));
    }

    /// Settles what the attempt added, if it was not applied.
    fn settle(&mut self) {
        let is_refused = |error: &Error| error.outcome() == Outcome::NotApplied;
        if self.error().is_some_and(is_refused)
            && let Some(lock) = self.lock()
        {
            lock.settle_last();
        }
    }

    fn wait(&self, sending: &Sending<'_>) -> Option<Duration> {
        let wait = sending.wait(self.error()?);
        wait.filter(|_| self.attempts < self.max_attempts)
    }

    /// Returns the error of a call that was not made because its session had ended.
    fn ended_session(&self) -> Option<&Error> {
        self.error()
            .filter(|error| error.repeat() == Repeat::WithNewSession)
    }

    fn is_unknown(&self) -> bool {
        self.error()
            .is_some_and(|error| error.outcome() == Outcome::Unknown)
    }

    fn error(&self) -> Option<&Error> {
        self.result.as_ref()?.as_ref().err()
    }

    /// Returns the result with the index of the call, and releases the lock.
    fn end(self) -> (usize, Ended) {
        let result = self.result.unwrap_or_else(|| Err(unanswered()));
        let ended = Ended {
            result: result.map_err(|error| error.unknown_if(self.is_open)),
            sent_at: self.sent_at,
            attempts: self.attempts,
            lost_at: self.lost_at,
        };
        (self.index, ended)
    }
}

fn unanswered() -> Error {
    unexpected("the batch's answer contains no result of this call")
}

fn contradiction() -> Error {
    unexpected("the batch's answer contains two results of this call")
}
