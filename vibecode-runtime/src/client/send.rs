//! The loop around a call: session → throttle → attempt → outcome → retry.

use std::{pin::pin, time::Duration};

use http::{HeaderValue, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    Client, Request,
    attempt::{Attempt, attempt},
    identity::Session,
    outcome::{self, Answer},
    records::Lane,
    retry::Tries,
    trace::Trace,
};
use crate::{
    Error, ErrorKind, Outcome, Result,
    throttle::{Feedback, Permit},
};

impl Client {
    /// Sends a request, once more where that cannot double anything.
    pub(crate) async fn send<A: Answer>(&self, request: &Request, lanes: &[&Lane]) -> Result<A> {
        self.begin().run(request, lanes).await
    }

    /// The tries of one call begin.
    pub(crate) fn begin(&self) -> Sending<'_> {
        Sending {
            client: self,
            session: self.identity.begin(),
            tries: self.shared.retries.begin(self.shared.times.deadline),
            is_open: false,
            told: None,
        }
    }
}

/// The tries of one call.
pub(crate) struct Sending<'a> {
    client: &'a Client,
    session: Session<'a>,
    tries: Tries<'a>,
    /// Whether an earlier try may have been applied.
    is_open: bool,
    /// What the last try was told, where it failed.
    told: Option<Error>,
}

impl Sending<'_> {
    /// As many tries as the policy allows and the outcomes call for.
    pub(crate) async fn run<A: Answer>(&mut self, request: &Request, lanes: &[&Lane]) -> Result<A> {
        loop {
            let error = match self.send(request, lanes).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let wait = self.wait(&error);
            match wait.filter(|wait| self.may_begin_after(*wait)) {
                Some(wait) => sleep(wait).await,
                None => return Err(self.conclude(error)),
            }
            self.is_open |= error.outcome() == Outcome::Unknown;
        }
    }

    /// One try, and a second one with a new session where the first was told that it is over.
    ///
    /// From its departure on, the records in these lanes count as being written to; an outcome that
    /// is known is for the caller to note there.
    pub(crate) async fn send<A: Answer>(
        &mut self,
        request: &Request,
        lanes: &[&Lane],
    ) -> Result<A> {
        let shared = &*self.client.shared;
        loop {
            let (authorization, permit) = self.prepare_in_time(request).await?;
            let timeout = self.depart(request, lanes);
            let url = request.url(&shared.base_url);
            let trace = Trace::new(request, self.tries.count());
            let attempt = pin!(attempt(&shared.http, url, authorization, timeout, request));
            let attempt = trace.around(attempt).await;
            let judged = self.judge(attempt, request, permit, &trace);
            match &judged {
                Ok(_) => self.tries.succeed(),
                Err(error) if self.session.renew_after(error) => continue,
                Err(_) => {}
            }
            return judged;
        }
    }

    /// What a try needs before it may leave, if that comes in time.
    async fn prepare_in_time(
        &mut self,
        request: &Request,
    ) -> Result<(Option<HeaderValue>, Permit)> {
        let Some(latest) = self.tries.latest_departure() else {
            return self.prepare(request).await;
        };
        // Nobody waits for a turn that comes too late.
        match timeout_at(latest, self.prepare(request)).await {
            // Nor is anything sent that the sleep of a machine has made late.
            Ok(prepared) if Instant::now() < latest => prepared,
            Ok(_) | Err(_) => Err(self.too_late(request)),
        }
    }

    /// Notes that a try departs. Gives how long it may take, where that is not the usual.
    fn depart(&mut self, request: &Request, lanes: &[&Lane]) -> Option<Duration> {
        let now = Instant::now();
        self.tries.depart(now);
        for lane in lanes {
            lane.depart(now);
        }
        let times = self.client.shared.times;
        let timeout = self.tries.time_left(now, times.of(request));
        Some(timeout).filter(|it| *it != times.usual())
    }

    /// What a try brought. The throttle and the trace are told of it too.
    #[inline(never)] // else it would take its room on the stack whenever the call is polled
    fn judge<A: Answer>(
        &mut self,
        attempt: Attempt,
        request: &Request,
        permit: Permit,
        trace: &Trace,
    ) -> Result<A> {
        // What the head tells is for a throttle that asks.
        let head = match &attempt {
            Attempt::Answered {
                status, headers, ..
            } if self.client.shared.throttle.is_limited() => {
                Feedback::from_answer(*status, headers, None)
            }
            Attempt::Answered { .. } | Attempt::Failed(_) => Feedback::none(),
        };
        let status = attempt.status();
        let judged = outcome::judge::<A>(attempt, request);
        trace.note(status, &judged);
        permit.finish(match &judged {
            Ok(answer) => match answer.rate_limit() {
                // A single call of a batch was refused, which closes the gate as a 429 does.
                Some(limit) => Feedback {
                    status: Some(StatusCode::TOO_MANY_REQUESTS),
                    retry_after: limit.retry_after,
                    ..head
                },
                None => head,
            },
            Err(error) => Feedback {
                retry_after: error.retry_after().or(head.retry_after),
                ..head
            },
        });
        self.told = judged.as_ref().err().map(Error::clone);
        judged
    }

    /// What a try needs before it may leave: a session, where it is for a user, and a permit.
    async fn prepare(&mut self, request: &Request) -> Result<(Option<HeaderValue>, Permit)> {
        let authorization = self.session.authorization().await;
        let authorization = authorization.map_err(|error| request.named(error))?;
        let permit = self.client.shared.throttle.acquire().await;
        let permit = permit.map_err(|error| request.named(error.not_sent()))?;
        Ok((authorization, permit))
    }

    /// The deadline passed before the next try could leave: what the last one was told remains.
    fn too_late(&mut self, request: &Request) -> Error {
        self.told.take().unwrap_or_else(|| {
            let problem = "the deadline passed before the next try could leave";
            request.named(Error::not_sent(ErrorKind::Timeout, problem))
        })
    }

    /// How long to wait before the next try, if there may be one.
    pub(crate) fn wait(&self, error: &Error) -> Option<Duration> {
        self.tries.wait(error)
    }

    /// Whether the call goes on with a new session after this error, once a call.
    pub(crate) fn renew_after(&mut self, error: &Error) -> bool {
        self.session.renew_after(error)
    }

    /// Whether the next try may begin after this wait.
    pub(crate) fn may_begin_after(&mut self, wait: Duration) -> bool {
        self.tries.may_begin_after(wait, Instant::now())
    }

    /// The error of the last try: an earlier one that may have been applied leaves the outcome
    /// unknown, whatever the last one was told.
    fn conclude(&self, error: Error) -> Error {
        if !self.is_open {
            return error;
        }
        error.with(|details| details.outcome = Outcome::Unknown)
    }

    /// Whether an earlier try may have been applied.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }
}

impl Lane {
    /// Notes what became of the write.
    pub(crate) fn note<T>(&self, result: &Result<T>) {
        let outcome = result.as_ref().err().map(Error::outcome);
        if outcome != Some(Outcome::Unknown) {
            self.land();
        }
    }
}
