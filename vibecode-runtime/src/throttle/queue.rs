//! The budget of one process: who waits stands in a queue, and the first of it asks the slot log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::{Instant, sleep_until};

use super::{
    Acquiring, Budget, BudgetError, Permit,
    slot_log::{SlotLog, Turn},
};

/// So many requests a minute for all that share it.
pub(super) struct Queue {
    limit: u32,
    /// Whoever has this is the first. tokio's mutex is fair, and who stops waiting leaves it.
    first: tokio::sync::Mutex<()>,
    log: Arc<Mutex<SlotLog>>,
}

impl Queue {
    pub(super) fn new(limit: u32) -> Self {
        Self {
            limit,
            first: tokio::sync::Mutex::new(()),
            log: Arc::new(Mutex::new(SlotLog::new(limit))),
        }
    }

    async fn wait(&self) -> Result<Permit, BudgetError> {
        if self.limit == 0 {
            return Err(nothing_may_leave());
        }
        let _first = self.first.lock().await;
        loop {
            let turn = lock(&self.log).take(Instant::now());
            match turn {
                Turn::NotBefore(then) => sleep_until(then).await,
                Turn::Now(slot) => {
                    let log = Arc::clone(&self.log);
                    return Ok(Permit::new(move |feedback| {
                        lock(&log).free(&slot, &feedback, Instant::now());
                    }));
                }
            }
        }
    }
}

impl Budget for Queue {
    fn acquire(&self) -> Acquiring<'_> {
        Box::pin(self.wait())
    }
}

/// Of a budget whose limit is 0.
pub(super) fn nothing_may_leave() -> BudgetError {
    BudgetError::new(
        "the throttle's limit is 0 requests a minute, so nothing may be sent: set a limit, or `Throttle::unlimited()`",
    )
}

/// Nothing in the log can be left half done, so a panic elsewhere leaves it sound.
fn lock(log: &Mutex<SlotLog>) -> MutexGuard<'_, SlotLog> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{sleep, timeout};

    use super::super::{Feedback, Throttle};
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    /// A slot is held for so long after its answer.
    const HELD: Duration = Duration::from_millis(60_050);

    async fn permit(throttle: &Throttle) -> Permit {
        throttle.acquire().await.unwrap()
    }

    /// How long the next request has to wait.
    async fn wait(throttle: &Throttle) -> Duration {
        let start = Instant::now();
        drop(permit(throttle).await);
        start.elapsed()
    }

    /// Lets so many requests pass, with an answer at once.
    async fn use_up(throttle: &Throttle, requests: u32) {
        for _ in 0..requests {
            permit(throttle).await.finish(Feedback::none());
        }
    }

    fn told(remaining: u32, reset: Duration) -> Feedback {
        Feedback {
            remaining: Some(remaining),
            reset: Some(reset),
            ..Feedback::none()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_leaves_at_once_and_the_rest_at_an_even_pace() {
        let throttle = Throttle::per_minute(300);
        for _ in 0..10 {
            assert_eq!(wait(&throttle).await, Duration::ZERO);
        }
        for _ in 0..20 {
            assert_eq!(wait(&throttle).await, Duration::from_millis(200));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_is_free_60_05_s_after_the_answer_and_not_after_the_departure() {
        let throttle = Throttle::per_minute(1);
        let slow = permit(&throttle).await;
        sleep(20 * SECOND).await;
        slow.finish(Feedback::none());
        assert_eq!(wait(&throttle).await, HELD);
    }

    #[tokio::test(start_paused = true)]
    async fn a_permit_that_is_dropped_is_counted_from_then_on() {
        let throttle = Throttle::per_minute(1);
        let given_up = permit(&throttle).await;
        sleep(20 * SECOND).await;
        drop(given_up);
        assert_eq!(wait(&throttle).await, HELD);
    }

    #[tokio::test(start_paused = true)]
    async fn while_all_slots_are_in_flight_nothing_leaves() {
        let throttle = Throttle::per_minute(2);
        let first = permit(&throttle).await;
        let _second = permit(&throttle).await;
        assert!(timeout(600 * SECOND, throttle.acquire()).await.is_err());
        first.finish(Feedback::none());
        assert_eq!(wait(&throttle).await, HELD);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_first_leaves_first() {
        let throttle = Throttle::per_minute(600);
        let order = Arc::new(Mutex::new(Vec::new()));
        let waiters: Vec<_> = (0..50)
            .map(|waiter| {
                let (throttle, order) = (throttle.clone(), Arc::clone(&order));
                tokio::spawn(async move {
                    let permit = throttle.acquire().await.unwrap();
                    order.lock().unwrap().push(waiter);
                    permit.finish(Feedback::none());
                })
            })
            .collect();
        for waiter in waiters {
            waiter.await.unwrap();
        }
        assert!(order.lock().unwrap().is_sorted());
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiter_that_is_dropped_takes_nothing_and_holds_up_nobody() {
        let throttle = Throttle::per_minute(300);
        use_up(&throttle, 10).await;
        for _ in 0..100 {
            let given_up = timeout(Duration::from_millis(1), throttle.acquire()).await;
            assert!(given_up.is_err());
        }
        // A tenth of a second has gone by while these waited.
        assert_eq!(wait(&throttle).await, Duration::from_millis(100));

        // One that is first, with others behind it.
        let first = tokio::spawn({
            let throttle = throttle.clone();
            async move { drop(throttle.acquire().await) }
        });
        tokio::task::yield_now().await;
        let second = tokio::spawn({
            let throttle = throttle.clone();
            async move { wait(&throttle).await }
        });
        tokio::task::yield_now().await;
        first.abort();
        assert_eq!(second.await.unwrap(), Duration::from_millis(200));
    }

    #[tokio::test(start_paused = true)]
    async fn a_429_closes_the_gate_for_all_clones_until_retry_after_has_passed() {
        let throttle = Throttle::per_minute(300);
        let clone = throttle.clone();
        permit(&throttle).await.finish(Feedback {
            retry_after: Some(7 * SECOND),
            ..Feedback::rate_limited()
        });
        assert_eq!(wait(&clone).await, 7 * SECOND);
        // And behind it there is no burst.
        assert_eq!(wait(&throttle).await, Duration::from_millis(200));
    }

    #[tokio::test(start_paused = true)]
    async fn a_429_closes_the_gate_for_those_that_wait_already() {
        let throttle = Throttle::per_minute(300);
        let refused = permit(&throttle).await;
        use_up(&throttle, 9).await;
        let waiter = tokio::spawn({
            let throttle = throttle.clone();
            async move { wait(&throttle).await }
        });
        tokio::task::yield_now().await;
        refused.finish(Feedback {
            retry_after: Some(7 * SECOND),
            ..Feedback::rate_limited()
        });
        assert_eq!(waiter.await.unwrap(), 7 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_429_that_tells_nothing_closes_the_gate_for_ten_seconds() {
        let throttle = Throttle::per_minute(300);
        permit(&throttle).await.finish(Feedback::rate_limited());
        assert_eq!(wait(&throttle).await, 10 * SECOND);
        permit(&throttle).await.finish(Feedback {
            reset: Some(25 * SECOND),
            ..Feedback::rate_limited()
        });
        assert_eq!(wait(&throttle).await, 25 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_shorter_wait_never_opens_a_gate_that_is_closed_for_longer() {
        let throttle = Throttle::per_minute(300);
        let (first, second) = (permit(&throttle).await, permit(&throttle).await);
        for (refused, seconds) in [(first, 20), (second, 1)] {
            refused.finish(Feedback {
                retry_after: Some(seconds * SECOND),
                ..Feedback::rate_limited()
            });
        }
        assert_eq!(wait(&throttle).await, 20 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lower_remaining_than_ours_is_left_to_others_until_the_reset() {
        let throttle = Throttle::per_minute(300);
        permit(&throttle).await.finish(told(3, 30 * SECOND));
        // Of 300 one is ours and 296 are theirs.
        for _ in 0..3 {
            assert_eq!(wait(&throttle).await, Duration::ZERO);
        }
        assert_eq!(wait(&throttle).await, 30 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_answer_that_counted_only_us_leaves_nothing_to_others() {
        let throttle = Throttle::per_minute(10);
        use_up(&throttle, 9).await;
        let slow = permit(&throttle).await;
        // Meanwhile the nine are free again, of which the API said that they are not.
        sleep(HELD).await;
        slow.finish(told(0, 60 * SECOND));
        assert_eq!(wait(&throttle).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lower_limit_is_obeyed_and_a_higher_one_is_not() {
        let limit = |limit| Feedback {
            limit: Some(limit),
            ..Feedback::none()
        };
        let throttle = Throttle::per_minute(300);
        permit(&throttle).await.finish(limit(2));
        let start = Instant::now();
        use_up(&throttle, 1).await;
        // Two are used up now, and the first of them is free again.
        permit(&throttle).await.finish(limit(100_000));
        assert_eq!(start.elapsed(), HELD);
        use_up(&throttle, 10).await;
        assert_eq!(wait(&throttle).await, Duration::from_millis(200));
    }

    #[tokio::test(start_paused = true)]
    async fn absurd_answers_never_stop_a_client_for_hours() {
        let absurd = |limit, remaining, duration| Feedback {
            limit: Some(limit),
            remaining: Some(remaining),
            reset: Some(duration),
            retry_after: Some(duration),
            ..Feedback::rate_limited()
        };
        for limit in [0, 1, u32::MAX] {
            for remaining in [0, u32::MAX] {
                for duration in [Duration::ZERO, Duration::MAX] {
                    let throttle = Throttle::per_minute(300);
                    permit(&throttle)
                        .await
                        .finish(absurd(limit, remaining, duration));
                    assert!(wait(&throttle).await <= 600 * SECOND);
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_kept_is_bounded_by_the_limit() {
        let throttle = Queue::new(300);
        for _ in 0..10_000 {
            throttle.wait().await.unwrap().finish(told(0, SECOND));
        }
        assert!(lock(&throttle.log).held() <= 300);
    }
}
