//! Sends up to 50 calls as one batch, as soon as the locks of their records allow.

use std::{collections::HashSet, mem, sync::Arc};

use tokio::{sync::Notify, time::timeout_at};

use super::{
    call::BatchCall,
    run::{Ready, run},
    slot::Slot,
};
use crate::{
    Client, Error, Raw, Result,
    client::{Caller, LockRequest, RecordLock, queue_at, request::Effect, waited_for_a_record},
};

struct Waiting {
    place: usize,
    call: BatchCall,
    /// The wish for the lock of its record, if the call writes.
    request: Option<LockRequest>,
}

/// Calls that queue for the locks of their records.
pub(crate) struct Pack {
    waiting: Vec<Waiting>,
    woken: Arc<Notify>,
}

impl Pack {
    /// Queues for all locks at once, so that calls on one record keep the order in which packs are
    /// made, whichever of them runs first.
    pub(crate) fn queue(client: &Client, caller: &Caller, calls: Vec<BatchCall>) -> Self {
        let woken = Arc::new(Notify::new());
        let writes = calls.iter().filter(|call| call.effect() > Effect::Reads);
        let targets = writes.map(|call| call.target.clone());
        let mut requests = queue_at(&client.shared.records, targets, caller, &woken).into_iter();
        let waiting = calls.into_iter().enumerate().map(|(place, call)| Waiting {
            request: (call.effect() > Effect::Reads)
                .then(|| requests.next())
                .flatten(),
            place,
            call,
        });
        Self {
            waiting: waiting.collect(),
            woken,
        }
    }

    /// Sends the calls, and hands each result over, with the place of its call, as soon as it stands.
    ///
    /// A call whose record is in use waits, also for an earlier one of the same pack, while the others
    /// go.
    pub(crate) async fn send(
        self,
        client: &Client,
        caller: &Caller,
        slot: &mut Slot,
        mut done: impl FnMut(usize, Result<Raw>),
    ) {
        let Self { mut waiting, woken } = self;
        let latest = slot.latest_lock();
        while !waiting.is_empty() {
            let (places, ready) = take_ready(&mut waiting, client.shared.retries.attempts());
            if ready.is_empty() {
                slot.release();
                let woken = caller.wait(timeout_at(latest, woken.notified())).await;
                if !matches!(woken, Ok(Ok(()))) {
                    return refuse(waiting, &waited_for_a_record(), done);
                }
                continue;
            }
            if let Some(error) = slot.stopped() {
                let ready = places.into_iter().zip(ready);
                for (place, Ready { call, .. }) in ready {
                    done(place, Err(call.named(error.clone())));
                }
                return refuse(waiting, error, done);
            }
            slot.take().await;
            run(client, caller, ready, |at, ended| {
                if let Some(place) = places.get(at) {
                    done(*place, ended.result);
                }
            })
            .await;
        }
    }
}

/// These are not sent, for this reason.
fn refuse(waiting: Vec<Waiting>, error: &Error, mut done: impl FnMut(usize, Result<Raw>)) {
    for Waiting { place, call, .. } in waiting {
        done(place, Err(call.named(error.clone())));
    }
}

/// Takes the calls out that hold their lock, or need none, but for those behind another call on the
/// same record: a read after a write shows the write.
fn take_ready(waiting: &mut Vec<Waiting>, tries: u32) -> (Vec<usize>, Vec<Ready<RecordLock>>) {
    let (mut places, mut ready) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    // Writes alone are kept in order by their locks.
    let reads = waiting.iter().any(|one| one.request.is_none());
    for mut one in mem::take(waiting) {
        let is_first = !reads || seen.insert(one.call.target.clone());
        let lock = match &mut one.request {
            Some(request) if is_first => request.try_lock(),
            Some(_) | None => None,
        };
        if !is_first || (one.request.is_some() && lock.is_none()) {
            waiting.push(one);
            continue;
        }
        places.push(one.place);
        ready.push(Ready {
            call: one.call,
            lock,
            tries,
        });
    }
    (places, ready)
}
