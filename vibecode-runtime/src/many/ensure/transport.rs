//! How the records of a pack are read and written.

use super::progress::{Progress, Step};
use crate::{
    Client, RawAnswer,
    client::{Additions, Caller, RecordLock, Request},
    many::batch::{self, BatchCall, Ended, Ready},
};

/// How records are read and written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Transport {
    /// Each with its own request.
    OneByOne,
    /// All in one batch.
    Batched,
}

impl Transport {
    /// Reads these records and decides what comes next for each.
    pub(super) async fn read(
        self,
        client: &Client,
        caller: &Caller,
        working: &mut [&mut Progress],
    ) {
        match self {
            Self::OneByOne => read_one_by_one(client, caller, working).await,
            Self::Batched => read_batched(client, caller, working).await,
        }
    }

    /// Sends what is missing of these records, and notes the result of each.
    pub(super) async fn write(
        self,
        client: &Client,
        caller: &Caller,
        working: &mut [&mut Progress],
    ) {
        match self {
            Self::OneByOne => write_one_by_one(client, caller, working).await,
            Self::Batched => write_batched(client, caller, working).await,
        }
    }
}

async fn read_one_by_one(client: &Client, caller: &Caller, working: &mut [&mut Progress]) {
    for one in working {
        let target = one.job.target();
        let mut sending = client.begin(caller);
        let read = match Request::get(target.entity, target.id) {
            Ok(request) => sending.send::<RawAnswer>(&request, &mut []).await,
            Err(error) => Err(error),
        };
        one.decide(read, sending.sent_at());
    }
}

async fn write_one_by_one(client: &Client, caller: &Caller, working: &mut [&mut Progress]) {
    for one in working {
        let Step::Write(body) = &one.step else {
            continue;
        };
        let target = one.job.target();
        let mut sending = client.begin(caller).at_most(one.attempts_left());
        let written = match Request::update(target.entity, target.id, body) {
            Ok(request) => {
                let mut lock = one.lock.as_mut();
                if let Some(lock) = &mut lock {
                    lock.will_add(Additions::of(body));
                }
                let lock = lock.as_mut_slice();
                sending.send::<RawAnswer>(&request, lock).await
            }
            Err(error) => Err(error),
        };
        one.note(written, sending.attempts(), sending.lost_at());
    }
}

async fn read_batched(client: &Client, caller: &Caller, working: &mut [&mut Progress]) {
    let attempts = client.shared.retries.attempts();
    let mut ready: Vec<Ready<&mut RecordLock>> = Vec::with_capacity(working.len());
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
    batch::send(client, caller, ready, |ended| {
        for (index, ended) in ended {
            let Ended {
                result, sent_at, ..
            } = ended;
            if let Some(one) = working.get_mut(index) {
                one.decide(result, sent_at);
            }
        }
    })
    .await;
}

#[expect(
    clippy::expect_used,
    reason = "a record whose result is lost would be written again"
)]
async fn write_batched(client: &Client, caller: &Caller, working: &mut [&mut Progress]) {
    let mut written = Vec::with_capacity(working.len());
    let mut ready: Vec<Ready<&mut RecordLock>> = Vec::with_capacity(working.len());
    for (index, one) in working.iter_mut().enumerate() {
        let Step::Write(body) = &one.step else {
            continue;
        };
        match BatchCall::update(one.job.target(), body) {
            Ok(mut call) => {
                let attempts = one.attempts_left();
                let mut lock = one.lock.as_mut();
                if let Some(lock) = &mut lock {
                    lock.will_add(call.take_additions());
                }
                ready.push(Ready {
                    index,
                    call,
                    lock,
                    attempts,
                });
            }
            Err(error) => written.push((index, Err(error), 1, None)),
        }
    }
    batch::send(client, caller, ready, |ended| {
        written.extend(
            ended.map(|(index, ended)| (index, ended.result, ended.attempts, ended.lost_at)),
        );
    })
    .await;
    for (index, result, attempts, lost_at) in written {
        let one = working.get_mut(index).expect("the index is one of these");
        one.note(result, attempts, lost_at);
    }
}
