//! Waiters that are polled late, rarely, or never again.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::atomic::{AtomicBool, Ordering},
    task::Wake,
};

use super::*;

/// How the owner of a waiter polls it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Owner {
    /// As soon as it is woken.
    Attentive,
    /// By chance: once in this many milliseconds.
    Rare(u64),
    /// Once, and never again.
    Gone,
    /// It is dropped by chance.
    Dropping,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

type Acquired = Pin<Box<dyn Future<Output = Result<Permit, BudgetError>>>>;

struct Owned {
    owner: Owner,
    arrival: usize,
    future: Option<Acquired>,
    is_woken: Arc<Flag>,
}

/// Polls what it owns by chance, or not at all. A step takes 10 ms.
struct Executor {
    owned: Vec<Owned>,
    random: fastrand::Rng,
    /// Which requests were sent, and when.
    sent: Vec<(usize, Owner, Instant)>,
    failures: usize,
    arrivals: usize,
}

const STEP: Duration = Duration::from_millis(10);

impl Executor {
    fn new(seed: u64) -> Self {
        Self {
            owned: Vec::new(),
            random: fastrand::Rng::with_seed(seed),
            sent: Vec::new(),
            failures: 0,
            arrivals: 0,
        }
    }

    /// A waiter that has been polled once.
    fn add(&mut self, throttle: &Throttle, owner: Owner) {
        let throttle = throttle.clone();
        let mut waiter = Owned {
            owner,
            arrival: self.arrivals,
            future: Some(Box::pin(async move { throttle.acquire().await })),
            is_woken: Arc::new(Flag(AtomicBool::new(false))),
        };
        self.arrivals += 1;
        self.poll(&mut waiter);
        self.owned.push(waiter);
    }

    fn poll(&mut self, owned: &mut Owned) {
        let Some(future) = &mut owned.future else {
            return;
        };
        owned.is_woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&owned.is_woken));
        let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(&waker)) else {
            return;
        };
        owned.future = None;
        match result {
            Ok(permit) => {
                let sent_at = (owned.arrival, owned.owner, Instant::now());
                self.sent.push(sent_at);
                permit.finish(Feedback::none());
            }
            Err(_) => self.failures += 1,
        }
    }

    async fn step(&mut self) {
        sleep(STEP).await;
        let mut owned = std::mem::take(&mut self.owned);
        self.random.shuffle(&mut owned);
        for waiter in &mut owned {
            let step = u64::try_from(STEP.as_millis()).unwrap();
            if waiter.owner == Owner::Dropping && self.random.u64(0..200) == 0 {
                waiter.future = None;
            }
            let is_polled = match waiter.owner {
                Owner::Attentive | Owner::Dropping => waiter.is_woken.0.load(Ordering::Relaxed),
                Owner::Rare(every) => self.random.u64(0..every / step) == 0,
                Owner::Gone => false,
            };
            if is_polled {
                self.poll(waiter);
            }
        }
        owned.retain(|waiter| waiter.future.is_some());
        self.owned.extend(owned);
    }

    fn left(&self, owner: Owner) -> usize {
        let of_owner = self.sent.iter().filter(|(_, it, _)| *it == owner);
        of_owner.count()
    }
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_nobody_polls_costs_its_own_slot_and_stops_nobody() {
    let throttle = Throttle::per_minute(300);
    use_up(&throttle, 10).await;
    let mut executor = Executor::new(1);
    executor.add(&throttle, Owner::Gone);
    let start = Instant::now();
    assert_eq!(wait(&throttle).await, Duration::from_millis(400));
    for _ in 0..100 {
        assert_eq!(wait(&throttle).await, Duration::from_millis(200));
    }
    assert_eq!(start.elapsed(), Duration::from_millis(400 + 100 * 200));
}

#[tokio::test(start_paused = true)]
async fn a_hundred_waiters_that_nobody_polls_cost_a_hundred_slots() {
    let throttle = Throttle::per_minute(300);
    use_up(&throttle, 10).await;
    let mut executor = Executor::new(1);
    for _ in 0..100 {
        executor.add(&throttle, Owner::Gone);
    }
    assert_eq!(wait(&throttle).await, Duration::from_millis(101 * 200));
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_is_first_and_rarely_polled_leaves_when_it_is_polled() {
    let throttle = Throttle::per_minute(300);
    use_up(&throttle, 10).await;
    let mut first = Box::pin(throttle.acquire());
    let mut context = Context::from_waker(Waker::noop());
    assert!(first.as_mut().poll(&mut context).is_pending());
    // Others use the pace up.
    for _ in 0..50 {
        wait(&throttle).await;
    }
    assert!(first.as_mut().poll(&mut context).is_ready());
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_is_kept_for_a_waiter_is_free_when_it_is_dropped_or_a_minute_later() {
    for is_dropped in [true, false] {
        let throttle = Throttle::per_minute(2);
        let mut context = Context::from_waker(Waker::noop());
        let first = permit(&throttle).await;
        let mut neglected = Box::pin(throttle.acquire());
        assert!(neglected.as_mut().poll(&mut context).is_pending());
        // It might leave after 30 s, and is passed over after 60.
        let mut second = Box::pin(throttle.acquire());
        assert!(second.as_mut().poll(&mut context).is_pending());
        sleep(60 * SECOND).await;
        assert!(second.as_mut().poll(&mut context).is_pending());
        first.finish(Feedback::none());
        if is_dropped {
            drop(neglected);
            assert!(timeout(31 * SECOND, second).await.is_ok());
        } else {
            assert!(timeout(59 * SECOND, &mut second).await.is_err());
            assert!(timeout(2 * SECOND, &mut second).await.is_ok());
        }
    }
}

/// A waiter that has been polled once.
fn neglected(throttle: &Throttle) -> impl Future<Output = Result<Permit, BudgetError>> + Unpin {
    let mut waiter = Box::pin(throttle.acquire());
    assert!(is_pending(&mut waiter));
    waiter
}

fn is_pending(waiter: &mut (impl Future + Unpin)) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    Pin::new(waiter).poll(&mut context).is_pending()
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_is_kept_for_a_waiter_is_free_a_minute_later_although_others_are_in_flight() {
    let throttle = Throttle::per_minute(2);
    permit(&throttle).await.finish(Feedback::none());
    let _neglected = neglected(&throttle);
    let _in_flight = timeout(61 * SECOND, throttle.acquire()).await.unwrap();
    // The slot is kept from 60 s on.
    let third = timeout(58 * SECOND, throttle.acquire()).await;
    assert!(third.is_err());
    let third = timeout(3 * SECOND, throttle.acquire()).await;
    assert!(third.is_ok());
}

#[tokio::test(start_paused = true)]
async fn no_more_slots_are_kept_than_may_leave_beside_a_burst() {
    let throttle = Throttle::per_minute(300);
    use_up(&throttle, 10).await;
    let mut all: Vec<_> = (0..20).map(|_| neglected(&throttle)).collect();
    wait(&throttle).await;
    // What would have been sent immediately without them.
    while let Ok(permit) = timeout(Duration::ZERO, throttle.acquire()).await {
        permit.unwrap().finish(Feedback::none());
    }
    let ready = all
        .iter_mut()
        .filter_map(|it| (!is_pending(it)).then_some(()));
    assert_eq!(ready.count(), KEPT_SLOTS);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_with_a_kept_slot_fails_immediately_if_the_pause_is_too_long() {
    for (asked, is_too_long) in [(5 * 60, false), (16 * 60, true)] {
        let throttle = Throttle::per_minute(300);
        use_up(&throttle, 10).await;
        let mut waiter = neglected(&throttle);
        permit(&throttle).await.finish(Feedback {
            status: Some(http::StatusCode::TOO_MANY_REQUESTS),
            retry_after: Some(asked * SECOND),
            ..Feedback::none()
        });
        assert_ne!(is_pending(&mut waiter), is_too_long);
        if !is_too_long {
            let start = Instant::now();
            assert!(waiter.await.is_ok());
            assert_eq!(start.elapsed(), asked * SECOND);
        }
    }
}

/// Nothing leaves before 0.2 s, and a waiter is passed over 0.2 s after it was first and might leave.
#[tokio::test(start_paused = true)]
async fn a_waiter_has_its_time_from_when_it_is_the_first_whoever_else_leaves_the_queue() {
    const MS: Duration = Duration::from_millis(1);
    let throttle = Throttle::per_minute(300);
    use_up(&throttle, 10).await;
    let (first, mut second) = (neglected(&throttle), neglected(&throttle));
    let mut third = neglected(&throttle);
    sleep(300 * MS).await;
    drop(first);
    sleep(150 * MS).await;
    assert!(
        is_pending(&mut third),
        "the second is the first since 0.3 s"
    );
    assert!(!is_pending(&mut second));

    let throttle = Throttle::per_minute(300);
    use_up(&throttle, 10).await;
    let (_first, mut second) = (neglected(&throttle), neglected(&throttle));
    let third = neglected(&throttle);
    sleep(350 * MS).await;
    drop(third);
    sleep(60 * MS).await;
    assert!(!is_pending(&mut second), "the first has had its time");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_waits_in_a_stream_which_nobody_polls_goes_on() {
    let throttle = Throttle::per_minute(300);
    use_up(&throttle, 10).await;
    let mut by_reference = Box::pin(throttle.acquire());
    tokio::select! {
        _ = &mut by_reference => panic!("it cannot leave yet"),
        () = sleep(Duration::from_millis(1)) => {}
    }
    timeout(SECOND, wait(&throttle)).await.unwrap();
}

/// What must be true however waiters are polled.
fn check(executor: &Executor, seed: u64) {
    let times: Vec<_> = executor.sent.iter().map(|(_, _, at)| *at).collect();
    for (index, start) in times.iter().enumerate() {
        let within = |time: Duration| {
            let later = times.iter().skip(index);
            later.take_while(|at| **at < *start + time).count()
        };
        // A burst, and the slots that are kept.
        let most = 10 + KEPT_SLOTS;
        assert!(within(Duration::from_millis(1)) <= most, "seed {seed}");
        assert!(within(SECOND) <= most + 5, "seed {seed}");
        assert!(within(60 * SECOND) <= 300, "seed {seed}");
    }
    let attentive: Vec<_> = executor
        .sent
        .iter()
        .filter(|(_, owner, _)| *owner == Owner::Attentive)
        .map(|(arrival, _, _)| *arrival)
        .collect();
    assert!(attentive.is_sorted(), "seed {seed}: {attentive:?}");
}

#[tokio::test(start_paused = true)]
async fn however_waiters_are_polled_those_that_are_polled_leave_in_time_and_in_order() {
    for seed in 0..20 {
        let throttle = Throttle::per_minute(300);
        let mut executor = Executor::new(seed);
        let mut attentive = 0;
        let mut rare = 0;
        for _ in 0..150 {
            let owner = match executor.random.u32(0..10) {
                0..=1 => Owner::Gone,
                2..=3 => Owner::Rare(5_000),
                4 => Owner::Dropping,
                _ => Owner::Attentive,
            };
            attentive += usize::from(owner == Owner::Attentive);
            rare += usize::from(owner == Owner::Rare(5_000));
            executor.add(&throttle, owner);
            if executor.random.u32(0..5) == 0 {
                executor.step().await;
            }
        }
        // All of them would take 30 s, and those that are gone take their slots.
        for _ in 0..4_000 {
            executor.step().await;
        }
        assert_eq!(executor.left(Owner::Attentive), attentive, "seed {seed}");
        assert_eq!(executor.failures, 0, "seed {seed}");
        check(&executor, seed);
        // Those that are polled rarely need luck besides.
        for _ in 0..12_000 {
            executor.step().await;
        }
        assert_eq!(executor.left(Owner::Rare(5_000)), rare, "seed {seed}");
        check(&executor, seed);
    }
}

/// Attentive waiters use the whole pace; one that is polled every 20 s must not wait for ever.
#[tokio::test(start_paused = true)]
async fn beside_a_crowd_that_uses_the_whole_pace_a_rarely_polled_waiter_leaves_too() {
    let throttle = Throttle::per_minute(300);
    let mut executor = Executor::new(3);
    for _ in 0..30 {
        executor.add(&throttle, Owner::Attentive);
    }
    for _ in 0..20 {
        executor.add(&throttle, Owner::Rare(20_000));
    }
    for step in 0..30_000 {
        if step % 19 == 0 {
            executor.add(&throttle, Owner::Attentive);
        }
        executor.step().await;
    }
    assert_eq!(executor.left(Owner::Rare(20_000)), 20);
    check(&executor, 3);
}

/// The cost of one waiter must not grow with their number.
#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_waiters_are_polled_a_few_times_each() {
    const WAITERS: usize = 100_000;
    let throttle = Throttle::per_minute(60_000);
    let polls = Rc::new(Cell::new(0_usize));
    let order = Rc::new(RefCell::new(Vec::new()));
    let tasks = tokio::task::LocalSet::new();
    for waiter in 0..WAITERS {
        let (throttle, polls, order) = (throttle.clone(), Rc::clone(&polls), Rc::clone(&order));
        tasks.spawn_local(async move {
            let mut acquire = Box::pin(throttle.acquire());
            let permit = poll_fn(|context| {
                polls.set(polls.get() + 1);
                acquire.as_mut().poll(context)
            });
            permit.await.unwrap().finish(Feedback::none());
            order.borrow_mut().push(waiter);
        });
    }
    tasks.await;
    assert!(order.borrow().is_sorted());
    assert_eq!(order.borrow().len(), WAITERS);
    assert!(polls.get() < 12 * WAITERS, "{} polls", polls.get());
}
