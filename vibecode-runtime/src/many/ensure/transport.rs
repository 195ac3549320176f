//! How records are read and written: each with its own request, or all in one batch.

use tokio::time::Instant;

use super::step::{Step, Working};
use crate::{
    Client, Error, RawAnswer,
    client::{Additions, Caller, RecordLock, Request},
    many::batch::{self, BatchCall, Ended, Ready, Slot},
};

pub(super) trait Transport: Send {
    /// Reads these records and decides what comes next for each.
    fn read(&mut self, working: &mut [&mut Working]) -> impl Future<Output = ()> + Send;

    fn write(&mut self, working: &mut [&mut Working]) -> impl Future<Output = ()> + Send;

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
    async fn read(&mut self, working: &mut [&mut Working]) {
        for one in working {
            let target = one.job.target();
            let mut tries = self.client.begin(self.caller);
            let read = match Request::get(target.entity, target.id) {
                Ok(request) => tries.run::<RawAnswer>(&request, &[]).await,
                Err(error) => Err(error),
            };
            one.decide(read, tries.sent_at());
        }
    }

    async fn write(&mut self, working: &mut [&mut Working]) {
        for one in working {
            let Step::Write(body) = &one.step else {
                continue;
            };
            let target = one.job.target();
            let mut tries = self.client.begin(self.caller).at_most(one.tries_left());
            let written = match Request::update(target.entity, target.id, body) {
                Ok(request) => {
                    let lock = one.lock();
                    if let Some(lock) = lock {
                        lock.will_add(Additions::of(body));
                    }
                    tries.run::<RawAnswer>(&request, lock.as_slice()).await
                }
                Err(error) => Err(error),
            };
            one.note(written, tries.count());
        }
    }

    fn pause(&mut self) {}

    fn latest_lock(&self) -> Instant {
        Slot::default().latest_lock()
    }

    fn stopped(&self) -> Option<Error> {
        None
    }
}

pub(super) struct Batched<'a> {
    client: &'a Client,
    caller: &'a Caller,
    slot: &'a mut Slot,
}

impl<'a> Batched<'a> {
    pub(super) fn new(client: &'a Client, caller: &'a Caller, slot: &'a mut Slot) -> Self {
        Self {
            client,
            caller,
            slot,
        }
    }
}

impl Transport for Batched<'_> {
    async fn read(&mut self, working: &mut [&mut Working]) {
        self.slot.take().await;
        let attempts = self.client.shared.retries.attempts();
        let mut indices = Vec::with_capacity(working.len());
        let mut calls: Vec<Ready<&RecordLock>> = Vec::with_capacity(working.len());
        for (index, one) in working.iter_mut().enumerate() {
            match BatchCall::get(one.job.target()) {
                Ok(call) => {
                    indices.push(index);
                    calls.push(Ready {
                        call,
                        lock: None,
                        tries: attempts,
                    });
                }
                Err(error) => one.fail(error),
            }
        }
        batch::run(self.client, self.caller, calls, |at, ended| {
            let Ended {
                result, sent_at, ..
            } = ended;
            if let Some(one) = indices.get(at).and_then(|index| working.get_mut(*index)) {
                one.decide(result, sent_at);
            }
        })
        .await;
    }

    async fn write(&mut self, working: &mut [&mut Working]) {
        self.slot.take().await;
        let mut indices = Vec::with_capacity(working.len());
        let mut ended = Vec::with_capacity(working.len());
        {
            let mut calls: Vec<Ready<&RecordLock>> = Vec::with_capacity(working.len());
            for (index, one) in working.iter().enumerate() {
                let Step::Write(body) = &one.step else {
                    continue;
                };
                match BatchCall::update(one.job.target(), body.clone()) {
                    Ok(call) => {
                        indices.push(index);
                        calls.push(Ready {
                            call,
                            lock: one.lock(),
                            tries: one.tries_left(),
                        });
                    }
                    Err(error) => ended.push((index, Err(error), 1)),
                }
            }
            batch::run(self.client, self.caller, calls, |at, it| {
                if let Some(index) = indices.get(at) {
                    ended.push((*index, it.result, it.tries));
                }
            })
            .await;
        }
        for (index, result, tries) in ended {
            if let Some(one) = working.get_mut(index) {
                one.note(result, tries);
            }
        }
    }

    fn pause(&mut self) {
        self.slot.release();
    }

    fn latest_lock(&self) -> Instant {
        self.slot.latest_lock()
    }

    fn stopped(&self) -> Option<Error> {
        self.slot.stopped().cloned()
    }
}
