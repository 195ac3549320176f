//! The loop around a call: session → throttle → attempt → decision → retry.

use std::{future::poll_fn, pin::pin, time::Duration};

use http::{HeaderValue, StatusCode};
use tokio::time::{Instant, sleep};

use super::{
    Client, Request,
    attempt::{Attempt, attempt},
    caller::Caller,
    identity::CallSession,
    judge::{self, Answer},
    locks::RecordLock,
    retry::Attempts,
    trace::Trace,
};
use crate::{
    Error, ErrorKind, Outcome, Result,
    throttle::{Feedback, LONGEST_WAIT, Permit},
};

impl Client {
    /// Sends a request that adds nothing to a record, and retries it if that is safe.
    pub(crate) async fn send<A: Answer>(&self, request: &Request, caller: &Caller) -> Result<A> {
        self.begin(caller).send(request, &[]).await
    }

    pub(crate) fn begin<'a>(&'a self, caller: &'a Caller) -> Sending<'a> {
        Sending {
            client: self,
            caller,
            session: self.identity.begin(),
            attempts: self.shared.retries.begin(self.shared.times.deadline),
            is_open: false,
            last_error: None,
            sent_at: None,
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
    sent_at: Option<Instant>,
}

impl Sending<'_> {
    /// Makes as many attempts as the policy and the decisions allow.
    pub(crate) async fn send<A: Answer>(
        &mut self,
        request: &Request,
        locks: &[&RecordLock],
    ) -> Result<A> {
        loop {
            let error = match self.send_once(request, locks).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let wait = self.wait(&error);
            match wait.filter(|wait| self.may_begin_after(*wait, request)) {
                Some(wait) => self.caller.wait(pin!(sleep(wait))).await?,
                None => return Err(self.conclude(error)),
            }
            self.is_open |= error.outcome() == Outcome::Unknown;
        }
    }

    /// Makes one attempt, and a second one if the first failed only because it needed a new session. What
    /// an attempt adds is open from the moment it is sent, and has ended when this returns.
    pub(crate) async fn send_once<A: Answer>(
        &mut self,
        request: &Request,
        locks: &[&RecordLock],
    ) -> Result<A> {
        let shared = &*self.client.shared;
        loop {
            let (authorization, permit) = self.prepare_in_time(request).await?;
            self.note_sent(request, locks);
            let url = request.url(&shared.base_url);
            let timeout = shared.times.unusual(request);
            let trace = Trace::new(request, self.attempts.count());
            let mut attempt = pin!(attempt(&shared.http, url, authorization, timeout, request));
            let (caller, mut known) = (self.caller, shared.connecting.begun());
            let attempt = trace.around(poll_fn(|context| {
                let polled = attempt.as_mut().poll(context);
                let begun = shared.connecting.begun();
                if polled.is_pending() && begun != known {
                    known = begun;
                    caller.detach();
                }
                polled
            }));
            let attempt = attempt.await;
            let now = Instant::now();
            for lock in locks {
                lock.end(now);
            }
            let judged = self.judge(attempt, request, permit, &trace);
            let Err(error) = &judged else {
                self.attempts.succeed();
                return judged;
            };
            if error.outcome() == Outcome::NotApplied {
                for lock in locks {
                    lock.settle_last();
                }
            }
            if !self.session.renew_after(error) {
                return judged;
            }
        }
    }

    /// Waits for the session and the permit of an attempt. The first waits for at most the longest wait.
    /// A later one waits until the last moment at which it could still use its full timeout before the
    /// deadline.
    async fn prepare_in_time(
        &mut self,
        request: &Request,
    ) -> Result<(Option<HeaderValue>, Permit)> {
        let now = Instant::now();
        let timeout = self.client.shared.times.of(request);
        let latest = self.attempts.latest_start(timeout);
        let latest = latest
            .or_else(|| now.checked_add(LONGEST_WAIT))
            .unwrap_or(now);
        let caller = self.caller;
        let prepared = caller.wait_until(latest, pin!(self.prepare(request))).await;
        match prepared? {
            // If the machine was asleep, it may be too late even now.
            Some(prepared) if Instant::now() <= latest => prepared,
            Some(_) | None => Err(self.too_late(request)),
        }
    }

    fn note_sent(&mut self, request: &Request, locks: &[&RecordLock]) {
        let now = Instant::now();
        self.attempts.note_sent(now);
        self.sent_at = Some(now);
        let settle_time = self.client.shared.locks.settle_time();
        let settle_time = if request.is_batch() {
            settle_time.saturating_mul(Client::BATCH_SETTLE_FACTOR)
        } else {
            settle_time
        };
        for lock in locks {
            lock.note_sent(settle_time);
        }
    }

    /// Returns the result of an attempt, and reports it to the throttle and the trace.
    #[inline(never)] // else it would take its room on the stack whenever the call is polled
    fn judge<A: Answer>(
        &mut self,
        attempt: Attempt,
        request: &Request,
        permit: Permit,
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
        permit.finish(match &judged {
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
        });
        self.last_error = judged.as_ref().err().cloned();
        judged
    }

    /// Returns the `Authorization` of the next attempt, and its permit.
    async fn prepare(&mut self, request: &Request) -> Result<(Option<HeaderValue>, Permit)> {
        let checked = self.client.shared.runtimes.check().await;
        checked.map_err(|error| request.named(error))?;
        let authorization = self.session.authorization().await;
        let authorization = authorization.map_err(|error| request.named(error))?;
        let permit = self.client.shared.throttle.acquire().await;
        let permit = permit.map_err(|error| request.named(error.not_sent()))?;
        self.client.shared.runtimes.note_this_one();
        Ok((authorization, permit))
    }

    /// The error if the next attempt cannot be sent in time: that of the last one, if there was one.
    fn too_late(&mut self, request: &Request) -> Error {
        self.last_error.take().unwrap_or_else(|| {
            let problem = "the request could not be sent in time: too many others wait before it";
            request.named(Error::not_sent(ErrorKind::Timeout, problem))
        })
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

    /// Returns the error of the last attempt. Its outcome is unknown if an earlier one may have been
    /// applied.
    fn conclude(&self, error: Error) -> Error {
        if !self.is_open {
            return error;
        }
        error.with(|details| details.outcome = Outcome::Unknown)
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

    pub(crate) fn sent_at(&self) -> Option<Instant> {
        self.sent_at
    }
}
