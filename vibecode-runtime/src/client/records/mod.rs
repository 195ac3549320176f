//! What a client remembers about the records that it writes to: which call holds the lock of each record,
//! and which writes may still be applied. This module enforces two rules.
//!
//! **One writer at a time.** Calls that write to the same record wait for its lock in a first-in,
//! first-out queue ([`queue`]). A batch joins the queues of all its records in one step, so two batches
//! with the same records in a different order cannot deadlock: the first batch is first in every queue.
//! A call that others wait behind runs in a task of the client ([`owned`](super::owned)), so that a
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

mod forgotten;
mod open_writes;
mod queue;
mod shown;

use std::{
    borrow::Cow,
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use self::{forgotten::Forgotten, open_writes::OpenWrites, queue::Queue, shown::Shown};
pub(crate) use self::{
    open_writes::Additions,
    queue::{LockRequest, RecordLock},
};
use super::caller::Caller;

/// A record that is written to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) entity: Cow<'static, str>,
    pub(crate) id: u64,
}

// The entity is not hashed: records of different entities seldom have the same id.
impl Hash for Target {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

pub(crate) struct Records {
    settle_time: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    records: HashMap<Target, Entry>,
    forgotten: Forgotten,
    shown: Shown,
    /// When the records were last searched for settled writes that can be forgotten.
    swept: Option<Instant>,
    /// How many records remained after that search.
    left: usize,
}

#[derive(Default)]
struct Entry {
    queue: Queue,
    open: OpenWrites,
}

/// Above this number, records without calls are forgotten, except for when their writes settle.
const MOST_RECORDS: usize = 4096;
/// A longer time could overflow the clock.
const LONGEST_SETTLE_TIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Records {
    pub(crate) fn new(settle_time: Duration) -> Self {
        Self {
            settle_time: settle_time.min(LONGEST_SETTLE_TIME),
            state: Mutex::default(),
        }
    }

    pub(crate) fn settle_time(&self) -> Duration {
        self.settle_time
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets settled writes of records that no call has come back to. If there are too many records,
    /// forgets everything about unlocked ones except when their writes settle. Visits every record, so
    /// it is not done on each call.
    fn sweep(&self, state: &mut State, now: Instant) {
        let is_due = state
            .swept
            .is_none_or(|swept| now.duration_since(swept) >= self.settle_time);
        let is_crowded = state.records.len() >= MOST_RECORDS.max(2 * state.left);
        if !is_due && !is_crowded {
            return;
        }
        state.swept = Some(now);
        let State {
            records, forgotten, ..
        } = state;
        records.retain(|target, entry| {
            if entry.is_unused(now) {
                return false;
            }
            match entry.only_settles_at().filter(|_| is_crowded) {
                Some(at) => {
                    forgotten.note(forgotten.hash(target), at, now);
                    false
                }
                None => true,
            }
        });
        state.left = state.records.len();
    }
}

impl Entry {
    /// Returns whether there is nothing to remember. Writes that are settled by time are forgotten only
    /// while nobody holds the lock: the holder may rely on a read that was sent earlier.
    fn is_unused(&mut self, now: Instant) -> bool {
        if !self.queue.is_free() {
            return false;
        }
        self.open.forget_settled(now);
        self.open.is_empty()
    }

    /// Returns when its writes settle, if nobody holds the lock and nothing else is known about them.
    fn only_settles_at(&self) -> Option<Instant> {
        self.queue
            .is_free()
            .then(|| self.open.only_settle_at())
            .flatten()
    }
}

/// Joins the queues of these records, all in one step, so that no other call gets in between.
pub(crate) fn queue_at(
    records: &Arc<Records>,
    targets: impl IntoIterator<Item = Target>,
    caller: &Caller,
    woken: &Arc<Notify>,
) -> Vec<LockRequest> {
    let mut in_the_way = Vec::new();
    let mut requests = Vec::new();
    let mut state = records.state();
    records.sweep(&mut state, Instant::now());
    for target in targets {
        let entry = state.records.entry(target.clone()).or_default();
        let behind = entry.queue.join(caller, || Arc::clone(woken));
        let ticket = behind.map(|behind| {
            in_the_way.push(behind.next_before);
            behind.ticket
        });
        requests.push(LockRequest::new(Arc::clone(records), target, ticket));
    }
    drop(state);
    for caller in in_the_way {
        caller.detach();
    }
    requests
}

/// Joins the queue of one record.
pub(crate) fn queue_for_one(
    records: &Arc<Records>,
    target: Target,
    caller: &Caller,
) -> LockRequest {
    let mut state = records.state();
    records.sweep(&mut state, Instant::now());
    let entry = state.records.entry(target.clone()).or_default();
    let behind = entry.queue.join(caller, Arc::default);
    drop(state);
    let ticket = behind.map(|behind| {
        behind.next_before.detach();
        behind.ticket
    });
    LockRequest::new(Arc::clone(records), target, ticket)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::equality::EntryKey;

    const SETTLE: Duration = Duration::from_secs(120);

    fn records() -> Arc<Records> {
        Arc::new(Records::new(SETTLE))
    }

    fn target(id: u64) -> Target {
        Target {
            entity: "contacts".into(),
            id,
        }
    }

    fn requests(records: &Arc<Records>, ids: &[u64]) -> Vec<LockRequest> {
        let targets = ids.iter().map(|id| target(*id));
        queue_at(
            records,
            targets,
            &Caller::default(),
            &Arc::new(Notify::new()),
        )
    }

    fn request(records: &Arc<Records>, id: u64) -> LockRequest {
        requests(records, &[id]).pop().unwrap()
    }

    fn is_empty(records: &Records) -> bool {
        records.state().records.is_empty()
    }

    fn phone(value: &str) -> Additions {
        Additions::of_phone(value)
    }

    #[tokio::test]
    async fn who_asks_first_writes_first() {
        let records = records();
        let mut first = request(&records, 71).try_lock();
        let mut second = request(&records, 71);
        let mut third = request(&records, 71);
        assert!(second.try_lock().is_none() && third.try_lock().is_none());
        drop(first.take());
        assert!(third.try_lock().is_none());
        let second = second.try_lock().unwrap();
        drop(second);
        drop(third.try_lock().unwrap());
        assert!(is_empty(&records));
    }

    #[tokio::test]
    async fn other_records_do_not_wait() {
        let records = records();
        let _one = request(&records, 71).try_lock().unwrap();
        let company = Target {
            entity: "companies".into(),
            id: 71,
        };
        let mut company = queue_at(&records, [company], &Caller::default(), &Arc::default());
        assert!(company.pop().unwrap().try_lock().is_some());
        assert!(request(&records, 72).try_lock().is_some());
    }

    #[tokio::test]
    async fn a_request_that_is_dropped_holds_up_nobody() {
        let records = records();
        let lock = request(&records, 71).try_lock().unwrap();
        let granted_but_dropped = request(&records, 71);
        let waiting_and_dropped = request(&records, 71);
        let mut last = request(&records, 71);
        drop(waiting_and_dropped);
        drop(lock);
        assert!(last.try_lock().is_none());
        drop(granted_but_dropped);
        drop(last.try_lock().unwrap());
        assert!(is_empty(&records));
    }

    #[tokio::test]
    async fn two_batches_with_the_same_records_in_another_order_do_not_wait_for_each_other() {
        let records = records();
        let mut forth = requests(&records, &[1, 2, 3]);
        let mut back = requests(&records, &[3, 2, 1]);
        let locks: Vec<_> = forth.iter_mut().map(|it| it.try_lock().unwrap()).collect();
        assert!(back.iter_mut().all(|it| it.try_lock().is_none()));
        drop(locks);
        assert!(back.iter_mut().all(|it| it.try_lock().is_some()));
    }

    #[tokio::test]
    async fn one_record_twice_in_a_batch_is_locked_once_after_the_other() {
        let records = records();
        let mut both = requests(&records, &[71, 71]);
        let first = both[0].try_lock().unwrap();
        assert!(both[1].try_lock().is_none());
        drop(first);
        assert!(both[1].try_lock().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_settles_from_its_end_and_not_from_its_departure() {
        let records = records();
        let lock = request(&records, 71).try_lock().unwrap();
        lock.depart(&phone("+7916"), SETTLE);
        tokio::time::advance(Duration::from_secs(70)).await;
        let end = Instant::now();
        lock.end();
        assert_eq!(lock.settles_at(), Some(end + SETTLE));
        drop(lock);
        let lock = request(&records, 71).try_lock().unwrap();
        assert_eq!(lock.settles_at(), Some(end + SETTLE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_whose_task_is_gone_has_ended_then() {
        let records = records();
        let lock = request(&records, 71).try_lock().unwrap();
        lock.depart(&phone("+7916"), SETTLE);
        tokio::time::advance(Duration::from_secs(5)).await;
        drop(lock);
        let lock = request(&records, 71).try_lock().unwrap();
        assert_eq!(lock.settles_at(), Some(Instant::now() + SETTLE));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_applied_or_is_shown_is_settled_and_the_rest_is_not() {
        let records = records();
        let lock = request(&records, 71).try_lock().unwrap();
        lock.depart(&phone("+7916"), SETTLE);
        lock.end();
        lock.depart(&phone("+7917"), SETTLE);
        lock.end();
        lock.settle_last();
        assert!(lock.settles_at().is_some());
        let entries = |value: &str| HashSet::from([EntryKey::of("PHONE", value)]);
        lock.settle_shown(&entries("+7999"));
        assert!(lock.settles_at().is_some());
        lock.settle_shown(&entries("+7916"));
        assert_eq!(lock.settles_at(), None);
        drop(lock);
        assert!(is_empty(&records));
    }

    #[tokio::test(start_paused = true)]
    async fn of_many_records_it_is_still_known_when_their_writes_settle() {
        let records = records();
        let last = u64::try_from(10 * MOST_RECORDS).unwrap();
        for id in 1..=last {
            let lock = request(&records, id).try_lock().unwrap();
            lock.depart(&phone("+7916"), SETTLE);
            lock.end();
        }
        assert!(records.state().records.len() <= MOST_RECORDS);
        let settles_at = Instant::now() + SETTLE;
        for id in [1, 2, 4096, last] {
            let lock = request(&records, id).try_lock().unwrap();
            assert!(lock.settles_at() >= Some(settles_at), "{id}");
            assert!(lock.settles_at() <= Some(settles_at + Duration::from_secs(1)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_whose_values_were_read_before_a_write_is_not_forgotten() {
        let records = records();
        let lock = request(&records, 1).try_lock().unwrap();
        lock.note_read(HashSet::new());
        lock.depart(&phone("+7916"), SETTLE);
        lock.end();
        drop(lock);
        for id in 2..=u64::try_from(3 * MOST_RECORDS).unwrap() {
            let lock = request(&records, id).try_lock().unwrap();
            lock.depart(&phone("+7916"), SETTLE);
            lock.end();
        }
        let lock = request(&records, 1).try_lock().unwrap();
        let shown = HashSet::from([EntryKey::of("PHONE", "+7917")]);
        assert!(lock.shows_a_stranger(&["PHONE"], &shown));
    }

    #[tokio::test(start_paused = true)]
    async fn records_to_which_nobody_comes_back_are_forgotten() {
        let records = records();
        for id in 1..=100 {
            let lock = request(&records, id).try_lock().unwrap();
            lock.depart(&phone("+7916"), SETTLE);
            lock.end();
        }
        assert_eq!(records.state().records.len(), 100);
        tokio::time::advance(2 * SETTLE).await;
        drop(request(&records, 7).try_lock());
        assert!(is_empty(&records));
    }
}
