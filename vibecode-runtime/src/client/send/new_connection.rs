//! An attempt that needs a new connection: see [`connecting`](crate::client::connecting).

use std::{
    future::{pending, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use http::HeaderValue;

use super::{Prepared, Sending};
use crate::{
    Error, Result,
    client::{
        attempt::Attempt, connecting::ConnectPermit, handover::Handover, judge::Answer,
        locks::RecordLock, request::Request, trace::Trace,
    },
    throttle::Feedback,
};

/// Why an attempt that waited for a connection was not sent.
enum NotSent {
    /// The maximum number of others wait for a connection.
    TooManyConnecting,
    Paused,
    /// The caller has dropped the call.
    Gone(Error),
}

impl Sending<'_> {
    /// Makes an attempt with a new connection. Returns `None` if there is to be another
    /// attempt, because this one was not sent, or because of [`Self::end`].
    pub(super) async fn on_new_connection<A: Answer>(
        &mut self,
        request: &Request,
        locks: &mut [&mut RecordLock],
        mut prepared: Prepared,
        connect_permit: &mut Option<ConnectPermit>,
        trace: &Trace,
    ) -> Result<Option<Result<A>>> {
        let connect = self.connect(
            request,
            (prepared.authorization.as_ref(), prepared.pauses),
            connect_permit.take(),
        );
        match trace.around(connect).await {
            Ok(attempt) => Ok(self.end(attempt, request, locks, &mut prepared, trace)),
            Err(not_sent) => {
                prepared.permit.end(Feedback::not_sent());
                self.note_not_sent(locks);
                *connect_permit = self.prepare_again(not_sent, request).await?;
                Ok(None)
            }
        }
    }

    /// Makes an attempt that waits for a new connection, or for another one that becomes free.
    async fn connect(
        &self,
        request: &Request,
        (authorization, pauses): (Option<&HeaderValue>, u64),
        connect_permit: Option<ConnectPermit>,
    ) -> Result<Attempt, NotSent> {
        self.caller.detach();
        let shared = &*self.client.shared;
        let is_limited = shared.throttle.is_limited();
        let connect_permit = connect_permit.or_else(|| shared.connecting.try_permit());
        if is_limited && connect_permit.is_none() {
            return Err(NotSent::TooManyConnecting);
        }
        let handover = Arc::new(Handover::new(connect_permit.filter(|_| is_limited)));
        let mut attempt = pin!(self.request(request, authorization, Some(Arc::clone(&handover))));
        let mut pause = pin!(async {
            if is_limited {
                shared.connecting.pause_after(pauses).await;
            } else {
                pending::<()>().await;
            }
        });
        let mut interruption = pin!(self.caller.wait(pause.as_mut()));
        let mut is_interrupted = false;
        poll_fn(|context| {
            // Before the attempt, which may be passed on whenever it is polled.
            if !is_interrupted && let Poll::Ready(interrupted) = interruption.as_mut().poll(context)
            {
                is_interrupted = true;
                if handover.withdraw() {
                    return Poll::Ready(Err(match interrupted {
                        Ok(()) => NotSent::Paused,
                        Err(gone) => NotSent::Gone(gone),
                    }));
                }
            }
            attempt.as_mut().poll(context).map(Ok)
        })
        .await
    }

    /// Waits until an attempt that was not sent may be made again. Returns the right to wait for a
    /// connection if it had none.
    async fn prepare_again(
        &mut self,
        why: NotSent,
        request: &Request,
    ) -> Result<Option<ConnectPermit>> {
        match why {
            NotSent::Gone(gone) => Err(gone),
            // The throttle waits until the pause is over.
            NotSent::Paused => Ok(None),
            NotSent::TooManyConnecting => {
                let latest = self.latest_start(request);
                let mut connect_permit = Box::pin(self.client.shared.connecting.permit());
                let connect_permit = self
                    .caller
                    .wait_until(latest, connect_permit.as_mut())
                    .await?;
                connect_permit.map_or_else(|| Err(self.too_late(request)), Ok)
            }
        }
    }
}
