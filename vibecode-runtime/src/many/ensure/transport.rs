//! How records are read and written: each with its own request, or all in one batch.

use tokio::time::Instant;

use super::progress::{Progress, Step};
use crate::{
    Client, Error, RawAnswer,
    client::{Additions, Caller, RecordLock, Request},
    many::batch::{self, BatchCall, Ended, PackPermit, Ready},
};

pub(super) trait Transport: Send {
    /// Reads these records and decides what comes next for each.
    fn read(&mut self, working: &mut [&mut Progress]) -> impl Future<Output = ()> + Send;

    fn write(&mut self, working: &mut [&mut Progress]) -> impl Future<Output = ()> + Send;

    /// Called when nothing will be sent for a while.
    fn pause(&mut self);

    fn latest_lock(&self) -> Instant;

    /// Returns the reason why nothing more is to be sent, if there is one.
    fn stopped(&self) -> Option<Error>;
}

pub(super) struct OneByOne<'a> {
    client: &'a Client,
    caller: &'a Caller,
}

impl<'a> OneByOne<'a> {
    pub(super) fn new(client: &'a Client, caller: &'a Caller) -> Self {
        Self { client, caller }
    }
}

impl Transport for OneByOne<'_> {
    async fn read(&mut self, working: &mut [&mut Progress]) {
        for one in working {
            let target = one.job.target();
            let mut sending = self.client.begin(self.caller);
            let read = match Request::get(target.entity, target.id) {
                Ok(request) => sending.send::<RawAnswer>(&request, &[]).await,
                Err(error) => Err(error),
            };
            one.decide(read, sending.sent_at());
        }
    }

    async fn write(&mut self, working: &mut [&mut Progress]) {
        for one in working {
            let Step::Write(body) = &one.step else {
                continue;
            };
            let target = one.job.target();
            let mut sending = self.client.begin(self.caller).at_most(one.attempts_left());
            let written = match Request::update(target.entity, target.id, body) {
                Ok(request) => {
                    let lock = one.lock();
                    if let Some(lock) = lock {
                        lock.will_add(Additions::of(body));
                    }
                    sending.send::<RawAnswer>(&request, lock.as_slice()).await
                }
                Err(error) => Err(error),
            };
            one.note(written, sending.attempts());
        }
    }

    fn pause(&mut self) {}

    fn latest_lock(&self) -> Instant {
        PackPermit::default().latest_lock()
    }

    fn stopped(&self) -> Option<Error> {
        None
    }
}

pub(super) struct Batched<'a> {
    client: &'a Client,
    caller: &'a Caller,
    permit: &'a mut PackPermit,
}

impl<'a> Batched<'a> {
    pub(super) fn new(client: &'a Client, caller: &'a Caller, permit: &'a mut PackPermit) -> Self {
        Self {
            client,
            caller,
            permit,
        }
    }
}

impl Transport for Batched<'_> {
    async fn read(&mut self, working: &mut [&mut Progress]) {
        self.permit.take().await;
        let attempts = self.client.shared.retries.attempts();
        let mut ready: Vec<Ready<&RecordLock>> = Vec::with_capacity(working.len());
        for (index, one) in working.iter_mut().enumerate() {
            match BatchCall::get(one.job.target()) {
                Ok(call) => ready.push(Ready {
                    index,
                    call,
                    lock: None,
                    attempts,
                }),
                Err(error) => one.fail(error),
            }
        }
        batch::send(self.client, self.caller, ready, |index, ended| {
            let Ended {
                result, sent_at, ..
            } = ended;
            if let Some(one) = working.get_mut(index) {
                one.decide(result, sent_at);
            }
        })
        .await;
    }

    async fn write(&mut self, working: &mut [&mut Progress]) {
        self.permit.take().await;
        let mut written = Vec::with_capacity(working.len());
        let mut ready: Vec<Ready<&RecordLock>> = Vec::with_capacity(working.len());
        for (index, one) in working.iter().enumerate() {
            let Step::Write(body) = &one.step else {
                continue;
            };
            match BatchCall::update(one.job.target(), body.clone()) {
                Ok(call) => ready.push(Ready {
                    index,
                    call,
                    lock: one.lock(),
                    attempts: one.attempts_left(),
                }),
                Err(error) => written.push((index, Err(error), 1)),
            }
        }
        batch::send(self.client, self.caller, ready, |index, ended| {
            written.push((index, ended.result, ended.attempts));
        })
        .await;
        for (index, result, attempts) in written {
            if let Some(one) = working.get_mut(index) {
                one.note(result, attempts);
            }
        }
    }

    fn pause(&mut self) {
        self.permit.release();
    }

    fn latest_lock(&self) -> Instant {
        self.permit.latest_lock()
    }

    fn stopped(&self) -> Option<Error> {
        self.permit.stopped().cloned()
    }
}
