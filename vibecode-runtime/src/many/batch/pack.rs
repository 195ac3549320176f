//! Sends up to 50 calls as batches, each call as soon as the lock of its record allows.

use std::{collections::HashSet, mem, pin::pin, sync::Arc};

use tokio::sync::Notify;

use super::{
    call::BatchCall,
    run_control::PackPermit,
    send::{Ready, send},
};
use crate::{
    Client, Error, RawAnswer,
    client::{Caller, LockRequest, RecordLock, request::Effect, waited_for_a_record},
    many::ItemResult,
};

struct Waiting {
    index: usize,
    call: BatchCall,
    /// The request for the lock of its record, if the call writes.
    request: Option<LockRequest>,
}

pub(crate) struct Pack {
    waiting: Vec<Waiting>,
    woken: Arc<Notify>,
}

impl Pack {
    /// Joins the queues of all records in one step, so that calls on one record keep the order in which
    /// packs are made, whichever pack runs first. Each call has an index, which its result is passed on
    /// with.
    #[expect(
        clippy::expect_used,
        reason = "a write without a lock could overtake another one"
    )]
    pub(crate) fn join_queues(
        client: &Client,
        caller: &Caller,
        calls: Vec<(usize, BatchCall)>,
    ) -> Self {
        let woken = Arc::new(Notify::new());
        let is_write = |call: &BatchCall| call.effect() > Effect::Reads;
        let writes = calls.iter().map(|(_, call)| call).filter(|it| is_write(it));
        let targets = writes.map(|call| &call.target);
        let requests = client.shared.locks.join_all(targets, caller, &woken);
        let mut requests = requests.into_iter();
        let waiting = calls.into_iter().map(|(index, call)| Waiting {
            request: is_write(&call).then(|| requests.next().expect("one for each write")),
            index,
            call,
        });
        Self {
            waiting: waiting.collect(),
            woken,
        }
    }

    /// Sends the calls. After each request, passes the results that are final to `done`, each with the index
    /// of its call. A call waits while its record is locked, which may be by an earlier call of the same
    /// pack. The other calls are sent meanwhile.
    pub(crate) async fn send(
        self,
        client: &Client,
        caller: &Caller,
        permit: &mut PackPermit,
        mut done: impl FnMut(&mut dyn Iterator<Item = ItemResult<RawAnswer>>),
    ) {
        let Self { mut waiting, woken } = self;
        let latest = permit.latest_lock();
        let mut share_a_text = true;
        while !waiting.is_empty() {
            if let Some(error) = permit.stopped() {
                return refuse(waiting, error, done);
            }
            let ready = take_ready(&mut waiting, client.shared.retries.attempts());
            if ready.is_empty() {
                permit.release();
                // Another pack may be made for each one that waits, and a short patch must not keep a long text.
                if mem::take(&mut share_a_text) {
                    for one in &mut waiting {
                        one.call.copy_out();
                    }
                }
                let woken = caller.wait_until(latest, pin!(woken.notified())).await;
                if !matches!(woken, Ok(Some(()))) {
                    return refuse(waiting, &waited_for_a_record(), done);
                }
                continue;
            }
            permit.take().await;
            send(client, caller, ready, |ended| {
                done(&mut ended.map(|(index, ended)| ItemResult {
                    index,
                    result: ended.result,
                    lost_at: ended.lost_at,
                }));
            })
            .await;
        }
    }
}

fn refuse(
    waiting: Vec<Waiting>,
    error: &Error,
    mut done: impl FnMut(&mut dyn Iterator<Item = ItemResult<RawAnswer>>),
) {
    let refused =
        |Waiting { index, call, .. }| ItemResult::not_sent(index, call.named(error.clone()));
    done(&mut waiting.into_iter().map(refused));
}

/// Takes out the calls that hold their lock, or need none. A call behind another one on the same record
/// stays, so that a read after a write shows the write.
fn take_ready(waiting: &mut Vec<Waiting>, attempts: u32) -> Vec<Ready<RecordLock>> {
    let mut ready = Vec::new();
    let mut seen = HashSet::new();
    // If all calls are writes, their locks keep them in order.
    let has_reads = waiting.iter().any(|one| one.request.is_none());
    for mut one in mem::take(waiting) {
        let is_first = !has_reads || seen.insert(one.call.target.clone());
        let lock = match &mut one.request {
            Some(request) if is_first => request.try_lock_to_add(|| one.call.take_additions()),
            Some(_) | None => None,
        };
        if !is_first || (one.request.is_some() && lock.is_none()) {
            waiting.push(one);
            continue;
        }
        ready.push(Ready {
            index: one.index,
            call: one.call,
            lock,
            attempts,
        });
    }
    ready
}
