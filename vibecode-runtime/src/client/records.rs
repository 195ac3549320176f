//! Which records a client is writing to: one call at a time, and what may still be on its way.

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque, hash_map},
    hash::{Hash, Hasher},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Semaphore, time::Instant};

use super::request::Effect;

/// Which record.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The entity's name in the paths.
    pub(crate) entity: Cow<'static, str>,
    pub(crate) id: u64,
}

/// The id tells nearly all records apart, and costs less than the entity's name.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

/// The records that a client and its clones are writing to, or have just written to.
#[derive(Debug)]
pub(crate) struct Records {
    /// How long the API may still be working on a request whose answer was lost.
    settle: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    records: HashMap<Key, Entry>,
    /// Those whose last write was lost sight of, by its departure.
    unsettled: VecDeque<(Instant, Key)>,
}

#[derive(Debug, Default)]
struct Entry {
    /// Calls that hold the turn or wait for it.
    calls: usize,
    /// Where calls wait, once one does. Its one permit is the turn, which each hands on at its end.
    turns: Option<Arc<Semaphore>>,
    /// When the last write departed that may add something, and whose outcome is not known.
    departed: Option<Instant>,
}

/// A call's turn at a record. Another call of the client that writes to it waits until this is
/// dropped.
#[derive(Debug)]
pub(crate) struct Lane {
    records: Arc<Records>,
    key: Key,
    /// What the call does to the record.
    effect: Effect,
    /// As the record's own, before this turn and as this turn will leave it.
    before: Option<Instant>,
    departed: Mutex<Option<Instant>>,
    is_held: bool,
}

/// A year. A longer time may be beyond what the clock holds, and would then be none.
const LONGEST_SETTLE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Records {
    pub(crate) fn new(settle: Duration) -> Self {
        Self {
            settle: settle.min(LONGEST_SETTLE),
            state: Mutex::default(),
        }
    }

    /// Waits for the turn at a record: first come, first served.
    pub(crate) async fn lane(self: &Arc<Self>, key: Key, effect: Effect) -> Lane {
        let (before, turns) = {
            let mut state = self.state();
            state.forget_settled(self.settle);
            let entry = state.records.entry(key.clone()).or_default();
            entry.calls += 1;
            let turns = (entry.calls > 1).then(|| {
                let none_free = || Arc::new(Semaphore::new(0));
                Arc::clone(entry.turns.get_or_insert_with(none_free))
            });
            (entry.departed, turns)
        };
        // Counts as a call from here on, also where it is dropped while it waits.
        let mut lane = Lane {
            records: Arc::clone(self),
            key,
            effect,
            before,
            departed: Mutex::new(before),
            is_held: turns.is_none(),
        };
        if let Some(turns) = turns {
            // The semaphore is never closed.
            if let Ok(turn) = turns.acquire().await {
                turn.forget();
            }
            lane.is_held = true;
            lane.before = self.departed(&lane.key);
            lane.departed = Mutex::new(lane.before);
        }
        lane
    }

    /// Waits for the turns at several records, of which none is there twice, in an order in which
    /// two such calls cannot wait for each other. Gives them in the order in which they were asked
    /// for.
    pub(crate) async fn lanes(self: &Arc<Self>, wanted: Vec<(Key, Effect)>) -> Vec<Lane> {
        let mut sorted: Vec<_> = wanted.into_iter().enumerate().collect();
        sorted.sort_unstable_by(|(_, one), (_, other)| one.cmp(other));
        let mut lanes = Vec::with_capacity(sorted.len());
        for (place, (key, effect)) in sorted {
            lanes.push((place, self.lane(key, effect).await));
        }
        lanes.sort_unstable_by_key(|(place, _)| *place);
        lanes.into_iter().map(|(_, lane)| lane).collect()
    }

    fn departed(&self, key: &Key) -> Option<Instant> {
        self.state().records.get(key)?.departed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

impl State {
    /// A call ends, which lost sight of a write that departed then. Gives where others wait.
    fn leave(&mut self, key: Key, lost: Option<Instant>) -> Option<Arc<Semaphore>> {
        if let Some(departed) = lost {
            self.unsettled.push_back((departed, key.clone()));
        }
        let hash_map::Entry::Occupied(mut occupied) = self.records.entry(key) else {
            return None;
        };
        let entry = occupied.get_mut();
        entry.calls -= 1;
        entry.departed = lost.or(entry.departed);
        if entry.calls == 0 {
            entry.turns = None;
        }
        let turns = entry.turns.clone();
        if entry.is_unused() {
            occupied.remove();
        }
        turns
    }

    /// Forgets what has settled by now, so that memory is held for as long as it is of use.
    fn forget_settled(&mut self, settle: Duration) {
        let has_settled = |(departed, _): &(Instant, _)| departed.elapsed() >= settle;
        while self.unsettled.front().is_some_and(has_settled)
            && let Some((departed, key)) = self.unsettled.pop_front()
        {
            let hash_map::Entry::Occupied(mut occupied) = self.records.entry(key) else {
                continue;
            };
            let entry = occupied.get_mut();
            entry.departed = entry.departed.filter(|newer| *newer > departed);
            if entry.is_unused() {
                occupied.remove();
            }
        }
    }
}

impl Entry {
    fn is_unused(&self) -> bool {
        self.calls == 0 && self.departed.is_none()
    }
}

impl Lane {
    /// A write departs. Until [`Lane::land`] it counts as one whose outcome is not known, also
    /// where the call is dropped.
    pub(crate) fn depart(&self, now: Instant) {
        if self.effect == Effect::Adds {
            *locked(&self.departed) = Some(now);
        }
    }

    /// What became of the write is known.
    pub(crate) fn land(&self) {
        *locked(&self.departed) = self.before;
    }

    /// From when on no write that this client has lost sight of can still arrive.
    pub(crate) fn settles_at(&self) -> Option<Instant> {
        self.departed()?.checked_add(self.records.settle)
    }

    /// The same of the write that has just been lost sight of, also where it is one that cannot
    /// double, whose departure is not noted.
    pub(crate) fn settles_at_latest(&self) -> Option<Instant> {
        let departed = match self.effect {
            Effect::Adds => self.departed(),
            Effect::Sets | Effect::Reads => None,
        };
        let latest = departed.unwrap_or_else(Instant::now);
        latest.checked_add(self.records.settle)
    }

    fn departed(&self) -> Option<Instant> {
        *locked(&self.departed)
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let departed = self.departed();
        let lost = departed.filter(|_| departed != self.before);
        let turns = self.records.state().leave(mem::take(&mut self.key), lost);
        // The next call may begin only now that this one counts no more.
        if let Some(turns) = turns.filter(|_| self.is_held) {
            turns.add_permits(1);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;

    const SETTLE: Duration = Duration::from_secs(62);

    fn records() -> Arc<Records> {
        Arc::new(Records::new(SETTLE))
    }

    fn key(id: u64) -> Key {
        Key {
            entity: "contacts".into(),
            id,
        }
    }

    fn is_empty(records: &Records) -> bool {
        records.state().records.is_empty()
    }

    #[tokio::test(start_paused = true)]
    async fn calls_on_one_record_take_turns_in_the_order_in_which_they_came() {
        let records = records();
        let order = Arc::<Mutex<Vec<u32>>>::default();
        let mut calls = tokio::task::JoinSet::new();
        for call in 0..5 {
            let (records, order) = (Arc::clone(&records), Arc::clone(&order));
            calls.spawn(async move {
                let _lane = records.lane(key(71), Effect::Adds).await;
                order.lock().unwrap().push(call);
                tokio::time::sleep(Duration::from_secs(1)).await;
                order.lock().unwrap().push(call);
            });
            tokio::task::yield_now().await;
        }
        calls.join_all().await;
        assert_eq!(*order.lock().unwrap(), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
        assert!(is_empty(&records));
    }

    #[tokio::test]
    async fn other_records_and_other_entities_do_not_wait() {
        let records = records();
        let _one = records.lane(key(71), Effect::Adds).await;
        let _other = records.lane(key(72), Effect::Adds).await;
        let company = Key {
            entity: "companies".into(),
            id: 71,
        };
        let _company = records.lane(company, Effect::Adds).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_was_lost_sight_of_is_remembered_until_it_has_settled() {
        let records = records();
        let departure = Instant::now();
        let lane = records.lane(key(71), Effect::Adds).await;
        lane.depart(Instant::now());
        drop(lane);
        tokio::time::advance(Duration::from_secs(10)).await;
        let lane = records.lane(key(71), Effect::Adds).await;
        assert_eq!(lane.settles_at(), Some(departure + SETTLE));
        lane.depart(Instant::now());
        lane.land();
        assert_eq!(lane.settles_at(), Some(departure + SETTLE));
        drop(lane);
        tokio::time::advance(SETTLE).await;
        drop(records.lane(key(72), Effect::Adds).await);
        assert!(is_empty(&records));
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_settled_during_a_later_call_is_not_remembered_for_ever() {
        let records = records();
        let lane = records.lane(key(71), Effect::Adds).await;
        lane.depart(Instant::now());
        drop(lane);
        let lane = records.lane(key(71), Effect::Adds).await;
        tokio::time::advance(SETTLE).await;
        drop(records.lane(key(72), Effect::Adds).await);
        lane.depart(Instant::now());
        lane.land();
        drop(lane);
        assert!(is_empty(&records));
    }

    #[tokio::test]
    async fn what_has_landed_and_what_cannot_double_is_forgotten() {
        let records = records();
        let lane = records.lane(key(71), Effect::Adds).await;
        lane.depart(Instant::now());
        lane.land();
        drop(lane);
        let lane = records.lane(key(71), Effect::Sets).await;
        lane.depart(Instant::now());
        assert_eq!(lane.settles_at(), None);
        drop(lane);
        assert!(is_empty(&records));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_dropped_while_it_waits_leaves_nothing_behind() {
        let records = records();
        let lane = records.lane(key(71), Effect::Adds).await;
        lane.depart(Instant::now());
        let second =
            tokio::time::timeout(Duration::from_secs(1), records.lane(key(71), Effect::Adds)).await;
        assert!(second.is_err());
        lane.land();
        drop(lane);
        assert!(is_empty(&records));
    }

    #[tokio::test]
    async fn a_turn_that_came_to_a_call_that_is_dropped_goes_to_the_next() {
        let records = records();
        let first = records.lane(key(71), Effect::Adds).await;
        let mut second = Box::pin(records.lane(key(71), Effect::Adds));
        let mut third = Box::pin(records.lane(key(71), Effect::Adds));
        let mut context = Context::from_waker(Waker::noop());
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert!(third.as_mut().poll(&mut context).is_pending());
        drop(first);
        assert!(third.as_mut().poll(&mut context).is_pending());
        drop(second);
        let third = third.await;
        let mut fourth = Box::pin(records.lane(key(71), Effect::Adds));
        assert!(fourth.as_mut().poll(&mut context).is_pending());
        drop(third);
        drop(fourth.await);
        assert!(is_empty(&records));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_on_the_same_records_in_another_order_do_not_wait_for_each_other() {
        let records = records();
        let (forth, back) = ([1, 2, 3], [3, 2, 1]);
        let lanes = |ids: [u64; 3]| {
            let (records, wanted) = (Arc::clone(&records), ids.map(|id| (key(id), Effect::Adds)));
            async move {
                let lanes = records.lanes(wanted.into()).await;
                tokio::time::sleep(Duration::from_secs(1)).await;
                lanes.iter().map(|lane| lane.key.id).collect::<Vec<_>>()
            }
        };
        let both = tokio::join!(lanes(forth), lanes(back));
        assert_eq!(both, (forth.into(), back.into()));
    }
}
