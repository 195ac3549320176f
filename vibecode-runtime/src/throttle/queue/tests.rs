//! The rules of the queue and of the slot log, in virtual time.

mod neglect;

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

/// Lets this many requests pass, each with an immediate answer.
async fn use_up(throttle: &Throttle, requests: u32) {
    for _ in 0..requests {
        permit(throttle).await.finish(Feedback::none());
    }
}

fn reporting(remaining: u32, reset: Duration) -> Feedback {
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
async fn a_slot_is_free_60_05_s_after_the_answer_and_not_after_the_sending() {
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
async fn a_429_pauses_all_clones_until_retry_after_has_passed() {
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
async fn a_429_pauses_those_that_wait_already() {
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
async fn a_429_without_a_wait_pauses_for_ten_seconds() {
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
async fn a_shorter_wait_never_ends_a_longer_pause() {
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
    permit(&throttle).await.finish(reporting(3, 30 * SECOND));
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
    slow.finish(reporting(0, 60 * SECOND));
    assert_eq!(wait(&throttle).await, Duration::ZERO);
}

fn stating(limit: u32) -> Feedback {
    Feedback {
        limit: Some(limit),
        ..Feedback::none()
    }
}

#[tokio::test(start_paused = true)]
async fn a_lower_limit_is_obeyed_once_three_answers_state_it_and_a_higher_one_is_not() {
    let throttle = Throttle::per_minute(300);
    for _ in 0..3 {
        permit(&throttle).await.finish(stating(2));
    }
    // Three are used up, of two. Two of them have to be free again.
    assert_eq!(wait(&throttle).await, HELD);
    let throttle = Throttle::per_minute(300);
    for _ in 0..10 {
        permit(&throttle).await.finish(stating(100_000));
    }
    assert_eq!(wait(&throttle).await, Duration::from_millis(200));
}

#[tokio::test(start_paused = true)]
async fn a_stray_limit_throttles_nobody_and_a_lower_one_only_while_it_is_stated() {
    let throttle = Throttle::per_minute(300);
    for stray in [stating(5), reporting(3, SECOND), stating(7)] {
        let stray = Feedback {
            remaining: stray.limit.map(|_| 4),
            ..stray
        };
        permit(&throttle).await.finish(stray);
    }
    use_up(&throttle, 7).await;
    assert_eq!(wait(&throttle).await, Duration::from_millis(200));

    let throttle = Throttle::per_minute(300);
    for _ in 0..3 {
        permit(&throttle).await.finish(stating(5));
    }
    sleep(180 * SECOND).await;
    for _ in 0..10 {
        assert_eq!(wait(&throttle).await, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn absurd_answers_never_stop_a_client_for_more_than_an_hour() {
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
                if duration > LONGEST_WAIT {
                    assert!(throttle.acquire().await.is_err());
                    sleep(3_600 * SECOND).await;
                }
                assert!(wait(&throttle).await <= 61 * SECOND);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_bounded_by_the_limit() {
    let queue = Queue::new(300);
    for _ in 0..10_000 {
        queue.acquire().await.unwrap().finish(reporting(0, SECOND));
    }
    assert!(lock(&queue.state).log.held() <= 300);
}

/// After a 429 that asks for more than anybody waits.
#[tokio::test(start_paused = true)]
async fn after_a_pause_of_a_day_every_request_fails_at_once_and_says_until_when() {
    const DAY: Duration = Duration::from_secs(100_000);
    let throttle = Throttle::per_minute(300);
    let refused = permit(&throttle).await;
    use_up(&throttle, 9).await;
    let start = Instant::now();
    let waiting = tokio::spawn({
        let throttle = throttle.clone();
        async move { throttle.acquire().await.unwrap_err() }
    });
    tokio::task::yield_now().await;
    refused.finish(Feedback {
        retry_after: Some(DAY),
        ..Feedback::rate_limited()
    });
    for error in [
        waiting.await.unwrap(),
        throttle.acquire().await.unwrap_err(),
    ] {
        assert_eq!(error.retry_after(), Some(DAY));
        assert!(error.to_string().contains("100000 s"), "{error}");
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    // A quarter of an hour before the hour is over they wait again, to find out.
    sleep(2_700 * SECOND).await;
    assert_eq!(wait(&throttle).await, 900 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_would_wait_for_more_than_a_quarter_of_an_hour_fails_at_once() {
    let throttle = Throttle::per_minute(60);
    use_up(&throttle, 2).await;
    let mut waiting: Vec<_> = (0..901).map(|_| Box::pin(throttle.acquire())).collect();
    let mut context = Context::from_waker(Waker::noop());
    let mut failed = 0;
    for waiter in &mut waiting {
        match waiter.as_mut().poll(&mut context) {
            Poll::Pending => {}
            Poll::Ready(Ok(_)) => panic!("no slot is free"),
            Poll::Ready(Err(error)) => {
                failed += 1;
                assert_eq!(error.retry_after(), Some(901 * SECOND));
            }
        }
    }
    assert_eq!(failed, 1);
}

#[tokio::test(start_paused = true)]
async fn while_all_slots_are_in_flight_a_request_fails_after_a_quarter_of_an_hour() {
    let throttle = Throttle::per_minute(1);
    let _never_answered = permit(&throttle).await;
    let start = Instant::now();
    assert!(throttle.acquire().await.is_err());
    assert_eq!(start.elapsed(), LONGEST_WAIT);
}

#[test]
fn outside_a_runtime_a_request_that_would_wait_is_an_error() {
    let throttle = Throttle::per_minute(1);
    let mut context = Context::from_waker(Waker::noop());
    let mut poll = || Box::pin(throttle.acquire()).as_mut().poll(&mut context);
    let Poll::Ready(Ok(_permit)) = poll() else {
        panic!("the first may leave")
    };
    let Poll::Ready(Err(error)) = poll() else {
        panic!("the second cannot wait")
    };
    assert!(error.to_string().contains("tokio runtime"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn slots_of_others_without_a_reset_are_taken_for_free_when_our_own_would_be() {
    let throttle = Throttle::per_minute(2);
    permit(&throttle).await.finish(Feedback {
        remaining: Some(0),
        ..Feedback::none()
    });
    assert_eq!(wait(&throttle).await, HELD);
}
