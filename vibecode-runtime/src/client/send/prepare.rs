//! What an attempt waits for before it is sent: the session and the throttle.

use std::{future::poll_fn, pin::pin};

use http::HeaderValue;
use tokio::time::Instant;

use super::Sending;
use crate::{
    Error, ErrorKind, Result,
    client::{connecting::ConnectPermit, request::Request},
    throttle::{LONGEST_WAIT, Permit},
};

pub(super) struct Prepared {
    pub(super) authorization: Option<HeaderValue>,
    pub(super) permit: Permit,
    /// The pauses that had begun before the throttle gave the permit.
    pub(super) pauses: u64,
}

impl Sending<'_> {
    /// Returns until when the next attempt must be sent. The first waits for at most the longest wait.
    /// A later one waits until the last moment at which it could still use its full timeout before the
    /// deadline.
    pub(super) fn latest_start(&mut self, request: &Request) -> Instant {
        let timeout = self.client.shared.times.of(request);
        let latest = self.attempts.latest_start(timeout);
        latest.unwrap_or_else(|| {
            let now = Instant::now();
            let longest = || now.checked_add(LONGEST_WAIT).unwrap_or(now);
            *self.sent_by.get_or_insert_with(longest)
        })
    }

    /// Prepares the first attempt if it has to wait for nothing, and nothing is wrong. [`Self::prepare_in_time`] is
    /// for all other ones.
    pub(super) fn prepare_at_once(&self) -> Option<Prepared> {
        let shared = &*self.client.shared;
        let is_first = self.attempts.count() == 0;
        if !is_first || self.caller.is_gone() || !shared.runtimes.is_the_only_one() {
            return None;
        }
        let Some(Ok(authorization)) = self.session.at_once() else {
            return None;
        };
        let pauses = shared.connecting.pauses();
        Some(Prepared {
            authorization,
            permit: shared.throttle.acquire_at_once()?,
            pauses,
        })
    }

    pub(super) async fn prepare_in_time(
        &mut self,
        request: &Request,
        connect_permit: &mut Option<ConnectPermit>,
    ) -> Result<Prepared> {
        let latest = self.latest_start(request);
        let caller = self.caller;
        let prepared = caller
            .wait_until(latest, pin!(self.prepare(request, connect_permit)))
            .await;
        match prepared? {
            // If the machine was asleep, it may be too late even now.
            Some(prepared) if Instant::now() <= latest => prepared,
            Some(_) | None => Err(self.too_late(request)),
        }
    }

    /// Returns the `Authorization` of the next attempt, and its permit.
    async fn prepare(
        &mut self,
        request: &Request,
        connect_permit: &mut Option<ConnectPermit>,
    ) -> Result<Prepared> {
        let checked = self.client.shared.runtimes.check().await;
        checked.map_err(|error| request.named(error))?;
        let authorization = self.session.authorization().await;
        let authorization = authorization.map_err(|error| request.named(error))?;
        let shared = &*self.client.shared;
        // While others wait for a connection, no connection is idle. So this request does not take a slot of
        // the throttle yet. It receives the permit even if its caller does not poll, so the call moves
        // to a task.
        if shared.throttle.is_limited() && connect_permit.is_none() && shared.connecting.is_full() {
            self.caller.detach();
            *connect_permit = shared.connecting.permit().await;
        }
        let mut acquiring = pin!(shared.throttle.acquire());
        let (permit, pauses) = poll_fn(|context| {
            // Before the throttle is asked, so that no pause after its answer is missed.
            let pauses = shared.connecting.pauses();
            let permit = acquiring.as_mut().poll(context);
            permit.map(|permit| (permit, pauses))
        })
        .await;
        let permit = permit.map_err(|error| request.named(error.not_sent()))?;
        shared.runtimes.note_this_one();
        Ok(Prepared {
            authorization,
            permit,
            pauses,
        })
    }

    /// The error if the next attempt cannot be sent in time: that of the last one, if there was one.
    pub(super) fn too_late(&mut self, request: &Request) -> Error {
        self.last_error.take().unwrap_or_else(|| {
            let problem = "the request could not be sent in time: too many others wait before it";
            request.named(Error::not_sent(ErrorKind::Timeout, problem))
        })
    }
}
