//! The loop around a call: session → throttle → attempt → decision → retry.
//!
//! [`Sending::send`] makes attempts as long as the decision and the policy allow it. An attempt
//! ([`Sending::send_once`]) waits for the session and the throttle ([`Sending::prepare`]), notes at the locks of its
//! records that what it adds is open from now on, sends the request, notes that it has ended, and is judged
//! ([`judge`](super::judge)). The error carries the decision: what the failure means, and whether to repeat.
//!
//! Example: an update that only sets fields, with the default policy of 3 attempts.
//!
//! - 0.0 s: the throttle gives a permit, and the first attempt is sent.
//! - 70.0 s: it times out. The outcome is unknown, and setting a field twice has no further effect, so the decision is
//!   to repeat it.
//! - 70.4 s, after a random part of the first delay: the second attempt is answered with 401 and
//!   `TOKEN_EXPIRED`. A session is renewed once a call, so the third attempt is sent immediately, with another one.
//! - It is answered with 400. The API has refused the change, but the first attempt may have been applied: the error says
//!   that the outcome is unknown ([`Sending::is_open`]).

mod new_connection;
mod prepare;

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use http::{HeaderValue, StatusCode};
use tokio::time::{Instant, sleep};

use self::prepare::Prepared;
use super::{
    Client, Request,
    attempt::{Attempt, attempt},
    caller::Caller,
    connecting::{ConnectPermit, poll_attempt},
    handover::Handover,
    identity::CallSession,
    judge::{self, Answer},
    locks::RecordLock,
    retry::Attempts,
    trace::Trace,
};
use crate::{
    Error, Outcome, Result,
    throttle::{Feedback, Permit},
};

impl Client {
    /// Sends a request that adds nothing to a record, and retries it if that is safe.
    pub(crate) async fn send<A: Answer>(&self, request: &Request, caller: &Caller) -> Result<A> {
        self.begin(caller).send(request, &mut []).await
    }

    pub(crate) fn begin<'a>(&'a self, caller: &'a Caller) -> Sending<'a> {
        Sending {
            client: self,
            caller,
            session: self.identity.begin(),
            attempts: self.shared.retries.begin(self.shared.times.deadline),
            is_open: false,
            last_error: None,
            lost_at: None,
            sent_at: None,
            sent_by: None,
        }
    }
}

pub(crate) struct Sending<'a> {
    client: &'a Client,
    caller: &'a Caller,
    session: CallSession<'a>,
    attempts: Attempts<'a>,
    is_open: bool,
    last_error: Option<Error>,
    /// When the last attempt with an unknown outcome ended.
    lost_at: Option<Instant>,
    sent_at: Option<Instant>,
    /// Until when the first attempt must be sent.
    sent_by: Option<Instant>,
}

impl Sending<'_> {
    /// Makes as many attempts as the policy and the decisions allow.
    #[expect(
        clippy::manual_async_fn,
        reason = "the future of an `async fn` has two copies of each argument"
    )]
    pub(crate) fn send<A: Answer>(
        &mut self,
        request: &Request,
        locks: &mut [&mut RecordLock],
    ) -> impl Future<Output = Result<A>> + Send {
        async move {
            loop {
                let error = match self.send_once(request, locks).await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => error,
                };
                let wait = self.wait(&error);
                match wait.filter(|wait| self.may_begin_after(*wait, request)) {
                    // Boxed, since it is rare.
                    Some(wait) => Box::pin(self.caller.wait(pin!(sleep(wait)))).await?,
                    None => return Err(error.unknown_if(self.is_open)),
                }
                self.is_open |= error.outcome() == Outcome::Unknown;
            }
        }
    }

    /// Makes one attempt, and a second one if the first failed only because it needed a new session. What
    /// an attempt adds is open from the moment it is sent, and has ended when this returns.
    #[expect(
        clippy::manual_async_fn,
        reason = "the future of an `async fn` has two copies of each argument"
    )]
    pub(crate) fn send_once<A: Answer>(
        &mut self,
        request: &Request,
        locks: &mut [&mut RecordLock],
    ) -> impl Future<Output = Result<A>> + Send {
        async move {
            let mut connect_permit = None;
            loop {
                // What is rare is boxed: it then takes no space in the futures of all calls.
                let mut prepared = match self.prepare_at_once() {
                    Some(prepared) => prepared,
                    None => Box::pin(self.prepare_in_time(request, &mut connect_permit)).await?,
                };
                self.note_sent(request, locks);
                let trace = Trace::new(request, self.attempts.count());
                {
                    let authorization = prepared.authorization.as_ref();
                    let mut attempt =
                        pin!(trace.within(|| self.request(request, authorization, None)));
                    let attempt = poll_fn(|context| {
                        let poll = || trace.within(|| attempt.as_mut().poll(context));
                        poll_on_open_connection(poll, &mut connect_permit)
                    });
                    if let Some(attempt) = attempt.await {
                        match self.end(attempt, request, locks, &mut prepared, &trace) {
                            Some(judged) => return judged,
                            None => continue,
                        }
                    }
                }
                let attempt =
                    self.on_new_connection(request, locks, prepared, &mut connect_permit, &trace);
                if let Some(judged) = Box::pin(attempt).await? {
                    return judged;
                }
            }
        }
    }

    /// Notes that an attempt has ended, and judges it. Returns `None` if it only needed a new session.
    fn end<A: Answer>(
        &mut self,
        attempt: Attempt,
        request: &Request,
        locks: &mut [&mut RecordLock],
        prepared: &mut Prepared,
        trace: &Trace,
    ) -> Option<Result<A>> {
        let now = Instant::now();
        for lock in locks.iter_mut() {
            lock.end(now);
        }
        let judged = self.judge(attempt, request, &mut prepared.permit, trace);
        let Err(error) = &judged else {
            self.attempts.succeed();
            return Some(judged);
        };
        if error.outcome() == Outcome::Unknown {
            self.lost_at = Some(now);
        }
        if error.outcome() == Outcome::NotApplied {
            for lock in locks.iter_mut() {
                lock.settle_last();
            }
        }
        (!self.session.renew_after(error)).then_some(judged)
    }

    fn request(
        &self,
        request: &Request,
        authorization: Option<&HeaderValue>,
        handover: Option<Arc<Handover>>,
    ) -> impl Future<Output = Attempt> + Send + use<> {
        let shared = &*self.client.shared;
        let head = (request.url(&shared.base_url), shared.headers.of(request));
        let timeout = shared.times.unusual(request);
        let authorization = authorization.cloned();
        attempt(
            &shared.http,
            head,
            authorization,
            timeout,
            request,
            handover,
        )
    }

    fn note_not_sent(&mut self, locks: &mut [&mut RecordLock]) {
        self.attempts.note_not_sent();
        for lock in locks.iter_mut() {
            lock.note_not_sent();
        }
    }

    fn note_sent(&mut self, request: &Request, locks: &mut [&mut RecordLock]) {
        let now = Instant::now();
        self.attempts.note_sent(now);
        self.sent_at = Some(now);
        let settle_time = self.client.shared.locks.settle_time();
        let settle_time = if request.is_batch() {
            settle_time.saturating_mul(Client::BATCH_SETTLE_FACTOR)
        } else {
            settle_time
        };
        for lock in locks.iter_mut() {
            lock.note_sent(settle_time);
        }
    }

    /// Returns the result of an attempt, and reports it to the throttle and the trace.
    #[inline(never)] // else it would take its room on the stack whenever the call is polled
    fn judge<A: Answer>(
        &mut self,
        attempt: Attempt,
        request: &Request,
        permit: &mut Permit,
        trace: &Trace,
    ) -> Result<A> {
        // The headers are only read if the throttle uses them.
        let head = match &attempt {
            Attempt::Answered {
                status, headers, ..
            } if self.client.shared.throttle.is_limited() => {
                Feedback::from_answer(*status, headers, None)
            }
            Attempt::Answered { .. } | Attempt::Failed(_) => Feedback::none(),
        };
        let status = attempt.status();
        let judged = judge::judge::<A>(attempt, request);
        trace.note(status, &judged);
        let feedback = match &judged {
            Ok(answer) => match answer.rate_limit() {
                // A single call of a batch was refused. That begins a pause, as a 429 does.
                Some(limit) => Feedback {
                    status: Some(StatusCode::TOO_MANY_REQUESTS),
                    retry_after: limit.retry_after,
                    ..head
                },
                None => head,
            },
            Err(error) => Feedback {
                // That of the body, or else of the headers.
                retry_after: error.retry_after(),
                ..head
            },
        };
        permit.end(feedback);
        if feedback.is_rate_limited() {
            self.client.shared.connecting.note_pause();
        }
        self.last_error = judged.as_ref().err().cloned();
        judged
    }

    pub(crate) fn wait(&self, error: &Error) -> Option<Duration> {
        self.attempts.wait(error)
    }

    /// Returns whether the call continues with a new session after this error, at most once per call.
    pub(crate) fn renew_after(&mut self, error: &Error) -> bool {
        self.session.renew_after(error)
    }

    pub(crate) fn may_begin_after(&mut self, wait: Duration, request: &Request) -> bool {
        let timeout = self.client.shared.times.of(request);
        self.attempts.may_begin_after(wait, timeout, Instant::now())
    }

    /// Returns whether an attempt before the last may have been applied.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    pub(crate) fn at_most(mut self, attempts: u32) -> Self {
        self.attempts.limit(attempts);
        self
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.attempts.count()
    }

    pub(crate) fn lost_at(&self) -> Option<Instant> {
        self.lost_at
    }

    pub(crate) fn sent_at(&self) -> Option<Instant> {
        self.sent_at
    }
}

/// Polls an attempt. Returns `None` if there is no open connection for it: it is made again with a new one, before
/// anything was sent (see [`connecting`](super::connecting)).
fn poll_on_open_connection(
    attempt: impl FnOnce() -> Poll<Attempt>,
    connect_permit: &mut Option<ConnectPermit>,
) -> Poll<Option<Attempt>> {
    match poll_attempt(attempt) {
        (Poll::Ready(attempt), _) => Poll::Ready(Some(attempt)),
        (Poll::Pending, true) => Poll::Ready(None),
        (Poll::Pending, false) => {
            *connect_permit = None;
            Poll::Pending
        }
    }
}
