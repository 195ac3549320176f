//! What a client remembers about the records that it writes to: which call holds the lock of each record,
//! and which writes may still be applied. This module enforces two rules.
//!
//! **One writer at a time.** Calls that write to the same record wait for its lock in a first-in,
//! first-out queue ([`queue`]). A batch joins the queues of all its records in one step, so two batches
//! with the same records in a different order cannot deadlock: the first batch is first in every queue.
//! A call that others wait behind runs in a task of the client ([`detachable`](super::detachable)), so that a
//! caller that stops polling never blocks the lock.
//!
//! **Open writes.** A write that adds values is *open* from the moment it is sent until it is known
//! whether it was applied ([`open_writes`]). While a write is open, `ensure` sends no further addition to
//! the record. Example with a settle time of 120 s (for a batch it counts twice):
//!
//! - 0 s: a PATCH that adds a phone is sent.
//! - 70 s: it times out. The attempt has *ended*, but the write is still open: hyper and the kernel may
//!   still deliver the request, and the API may begin to work on it later.
//! - 95 s: a read that shows the phone settles the write: it was applied. A read that does not show the
//!   phone proves nothing.
//! - 190 s (70 s + 120 s): a read that is sent from now on, and does not show the phone, proves that the
//!   write was not applied and never will be. The phone may be sent again.

mod creation;
mod expiring;
mod lock;
mod memory;
mod open_writes;
mod queue;
mod recent_writes;
mod seconds;

use std::{
    collections::hash_map::{Entry::Occupied, RandomState},
    hash::BuildHasher,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::sync::Notify;

pub(crate) use self::{
    creation::Creation,
    lock::{LockRequest, RecordLock},
    memory::RecordHash,
    open_writes::Additions,
};
use self::{
    memory::{ByRecord, Memory},
    queue::{Behind, RecordQueue, Ticket},
};
use super::caller::Caller;
use crate::{lock::lock, patch::target::Target, value::multifield::EntryKey};

pub(crate) struct Locks {
    settle_time: Duration,
    hasher: RandomState,
    state: Mutex<LocksState>,
}

#[derive(Default)]
struct LocksState {
    queues: ByRecord<RecordQueue>,
    memory: Memory,
}

/// A longer time could overflow the clock.
const LONGEST_SETTLE_TIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Locks {
    pub(crate) fn new(settle_time: Duration) -> Self {
        Self {
            settle_time: settle_time.min(LONGEST_SETTLE_TIME),
            hasher: RandomState::new(),
            state: Mutex::default(),
        }
    }

    pub(crate) fn settle_time(&self) -> Duration {
        self.settle_time
    }

    pub(crate) fn join(self: &Arc<Self>, record: RecordHash, caller: &Caller) -> LockRequest {
        let joined = self.state().join(record, caller, Arc::default);
        self.request(record, joined)
    }

    /// Joins the queues of these records, all in one step, so that no other call gets in between.
    pub(crate) fn join_all<'a>(
        self: &Arc<Self>,
        targets: impl IntoIterator<Item = &'a Target>,
        caller: &Caller,
        woken: &Arc<Notify>,
    ) -> Vec<LockRequest> {
        let mut state = self.state();
        let joined: Vec<_> = targets
            .into_iter()
            .map(|target| {
                let record = self.hash(target);
                (record, state.join(record, caller, || Arc::clone(woken)))
            })
            .collect();
        drop(state);
        let requests = joined.into_iter();
        let requests = requests.map(|(record, behind)| self.request(record, behind));
        requests.collect()
    }

    pub(crate) fn hash(&self, target: &Target) -> RecordHash {
        RecordHash(self.hasher.hash_one((&*target.entity, target.id)))
    }

    /// A hash of what is remembered of all records of an entity. No record has the id 0.
    fn hash_of_entity(&self, entity: &str) -> RecordHash {
        RecordHash(self.hasher.hash_one((entity, 0_u64)))
    }

    fn hash_of_value(&self, RecordHash(record): RecordHash, value: &EntryKey) -> u64 {
        self.hasher.hash_one((record, value))
    }

    fn request(self: &Arc<Self>, record: RecordHash, behind: Option<Behind>) -> LockRequest {
        let ticket = behind.map(|behind| {
            behind.next_before.detach();
            behind.ticket
        });
        LockRequest::new(Arc::clone(self), record, ticket)
    }

    fn state(&self) -> MutexGuard<'_, LocksState> {
        lock(&self.state)
    }
}

impl LocksState {
    fn join(
        &mut self,
        record: RecordHash,
        caller: &Caller,
        woken: impl FnOnce() -> Arc<Notify>,
    ) -> Option<Behind> {
        let queue = self.queues.entry(record).or_default();
        queue.join(caller, woken)
    }

    /// Gives up a position in the queue of a record, or its lock if there is no ticket.
    fn leave(&mut self, record: RecordHash, ticket: Option<&Arc<Ticket>>) {
        if let Occupied(mut queue) = self.queues.entry(record) {
            queue.get_mut().leave(ticket);
            if queue.get().is_free() {
                queue.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use tokio::time::Instant;

    use super::*;

    const SETTLE: Duration = Duration::from_secs(120);
    const MANY: u64 = recent_writes::MAX as u64;

    fn locks() -> Arc<Locks> {
        Arc::new(Locks::new(SETTLE))
    }

    fn target(id: u64) -> Target {
        Target {
            entity: "contacts".into(),
            id,
        }
    }

    fn requests(locks: &Arc<Locks>, ids: &[u64]) -> Vec<LockRequest> {
        let targets: Vec<_> = ids.iter().map(|id| target(*id)).collect();
        locks.join_all(&targets, &Caller::default(), &Arc::new(Notify::new()))
    }

    fn request(locks: &Arc<Locks>, id: u64) -> LockRequest {
        requests(locks, &[id]).pop().unwrap()
    }

    fn is_free(locks: &Locks) -> bool {
        locks.state().queues.is_empty()
    }

    fn locked(locks: &Arc<Locks>, id: u64) -> RecordLock {
        request(locks, id).try_lock_with_open_writes().unwrap()
    }

    fn send(lock: &mut RecordLock, phone: &str) {
        lock.will_add(Some(Additions::of_phone(phone)));
        lock.note_sent(SETTLE);
    }

    #[tokio::test]
    async fn who_asks_first_writes_first() {
        let locks = locks();
        let mut first = request(&locks, 71).try_lock();
        let mut second = request(&locks, 71);
        let mut third = request(&locks, 71);
        assert!(second.try_lock().is_none() && third.try_lock().is_none());
        drop(first.take());
        assert!(third.try_lock().is_none());
        let second = second.try_lock().unwrap();
        drop(second);
        drop(third.try_lock().unwrap());
        assert!(is_free(&locks));
    }

    #[tokio::test]
    #[should_panic(expected = "a request is for one lock")]
    async fn a_request_that_was_granted_never_waits_again() {
        let locks = locks();
        let mut request = request(&locks, 71);
        let _lock = request.try_lock().unwrap();
        request.lock().await;
    }

    #[tokio::test]
    async fn other_records_do_not_wait() {
        let locks = locks();
        let _one = locked(&locks, 71);
        let company = Target {
            entity: "companies".into(),
            id: 71,
        };
        let mut company = locks.join_all([&company], &Caller::default(), &Arc::default());
        assert!(company.pop().unwrap().try_lock().is_some());
        assert!(request(&locks, 72).try_lock().is_some());
    }

    #[tokio::test]
    async fn a_request_that_is_dropped_holds_up_nobody() {
        let locks = locks();
        let lock = locked(&locks, 71);
        let granted_but_dropped = request(&locks, 71);
        let waiting_and_dropped = request(&locks, 71);
        let mut last = request(&locks, 71);
        drop(waiting_and_dropped);
        drop(lock);
        assert!(last.try_lock().is_none());
        drop(granted_but_dropped);
        drop(last.try_lock().unwrap());
        assert!(is_free(&locks));
    }

    #[tokio::test]
    async fn two_batches_with_the_same_records_in_another_order_do_not_wait_for_each_other() {
        let locks = locks();
        let mut forth = requests(&locks, &[1, 2, 3]);
        let mut back = requests(&locks, &[3, 2, 1]);
        let locks: Vec<_> = forth.iter_mut().map(|it| it.try_lock().unwrap()).collect();
        assert!(back.iter_mut().all(|it| it.try_lock().is_none()));
        drop(locks);
        assert!(back.iter_mut().all(|it| it.try_lock().is_some()));
    }

    #[tokio::test]
    async fn one_record_twice_in_a_batch_is_locked_once_after_the_other() {
        let locks = locks();
        let mut both = requests(&locks, &[71, 71]);
        let first = both[0].try_lock().unwrap();
        assert!(both[1].try_lock().is_none());
        drop(first);
        assert!(both[1].try_lock().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_settles_from_its_end_and_not_from_its_sending() {
        let locks = locks();
        let mut lock = locked(&locks, 71);
        send(&mut lock, "+7916");
        tokio::time::advance(Duration::from_secs(70)).await;
        let end = Instant::now();
        lock.end(Instant::now());
        assert_eq!(lock.settles_at(), Some(end + SETTLE));
        drop(lock);
        let mut lock = locked(&locks, 71);
        assert_eq!(lock.settles_at(), Some(end + SETTLE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_whose_task_is_gone_has_ended_then() {
        let locks = locks();
        let mut lock = locked(&locks, 71);
        send(&mut lock, "+7916");
        tokio::time::advance(Duration::from_secs(5)).await;
        drop(lock);
        let mut lock = locked(&locks, 71);
        assert_eq!(lock.settles_at(), Some(Instant::now() + SETTLE));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_applied_or_is_shown_is_settled_and_the_rest_is_not() {
        let locks = locks();
        let mut lock = locked(&locks, 71);
        send(&mut lock, "+7916");
        lock.end(Instant::now());
        send(&mut lock, "+7917");
        lock.end(Instant::now());
        lock.settle_last();
        assert!(lock.settles_at().is_some());
        let entries = |value: &str| HashSet::from([EntryKey::of("PHONE", value)]);
        lock.settle_shown(&entries("+7999"));
        assert!(lock.settles_at().is_some());
        lock.settle_shown(&entries("+7916"));
        assert_eq!(lock.settles_at(), None);
        drop(lock);
        assert!(is_free(&locks));
    }

    #[tokio::test(start_paused = true)]
    async fn of_many_records_it_is_still_known_when_their_writes_settle() {
        let locks = locks();
        let last = 10 * MANY;
        for id in 1..=last {
            let mut lock = locked(&locks, id);
            send(&mut lock, "+7916");
            lock.end(Instant::now());
        }
        let settles_at = Instant::now() + SETTLE;
        for id in [1, 2, MANY, last] {
            let mut lock = locked(&locks, id);
            assert!(lock.settles_at() >= Some(settles_at), "{id}");
            assert!(lock.settles_at() <= Some(settles_at + Duration::from_secs(1)));
        }
    }

    /// A read may be sent before a write settles, and be answered after.
    #[tokio::test(start_paused = true)]
    async fn a_forgotten_write_that_settles_while_its_record_is_locked_is_still_known() {
        let locks = locks();
        let write = |ids: std::ops::RangeInclusive<u64>| {
            for id in ids {
                let mut lock = locked(&locks, id);
                send(&mut lock, "+7916");
                lock.end(Instant::now());
            }
        };
        write(1..=2 * MANY);
        let mut lock = locked(&locks, 1);
        let settles_at = lock.settles_at();
        assert!(settles_at.is_some());
        tokio::time::advance(10 * SETTLE).await;
        write(3 * MANY..=5 * MANY);
        assert_eq!(lock.settles_at(), settles_at);
    }

    /// A run over many records must not wait for those of its records that were changed before.
    #[tokio::test(start_paused = true)]
    async fn no_record_waits_for_the_writes_of_many_others() {
        let locks = locks();
        for id in 1..=4_000 {
            let mut lock = locked(&locks, id);
            send(&mut lock, "+7916");
            lock.end(Instant::now());
            lock.note_shown(&EntryKey::of("PHONE", "+7917"));
        }
        for id in 4_001..=4_300 {
            let mut lock = locked(&locks, id);
            assert_eq!(lock.settles_at(), None, "{id}");
            let shown = lock.shown_until("contacts", &EntryKey::of("PHONE", "+7917"));
            assert_eq!(shown, None, "{id}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_whose_values_were_read_before_a_write_is_not_forgotten() {
        let locks = locks();
        let mut lock = locked(&locks, 1);
        lock.note_read(HashSet::new());
        send(&mut lock, "+7916");
        lock.end(Instant::now());
        drop(lock);
        for id in 2..=3 * MANY {
            let mut lock = locked(&locks, id);
            send(&mut lock, "+7916");
            lock.end(Instant::now());
        }
        let mut lock = locked(&locks, 1);
        let shown = HashSet::from([EntryKey::of("PHONE", "+7917")]);
        assert_eq!(lock.unknown_entries(&["PHONE"], &shown).len(), 1);
    }
}
