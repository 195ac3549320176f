//! The promises for processes that share a budget in Redis, tested with a real server, real processes and
//! real time. Delays can only make the results safer.
//!
//! If `redis-server` is not installed, each test checks nothing and reports that it is skipped.
#![cfg(test)]

mod api;
mod redis_server;
mod worker;

use std::{
    env, fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use http::{HeaderMap, HeaderValue, StatusCode};
use tokio::time::timeout;
use vibecode_runtime::{Budget, Feedback, RedisBudget, Throttle};

use self::{api::Api, redis_server::RedisServer, worker::Worker};

/// The longest wait for something that must happen, even on a busy machine.
const SOON: Duration = Duration::from_secs(60);
const NAME: &str = "portal";

fn budget(redis: &RedisServer, limit: u32) -> RedisBudget {
    RedisBudget::new(&redis.url(), NAME, limit).unwrap()
}

fn throttle(redis: &RedisServer, limit: u32) -> Throttle {
    Throttle::shared(budget(redis, limit))
}

fn rate_limited(retry_after: Duration) -> Feedback {
    let headers = HeaderMap::new();
    Feedback::from_answer(StatusCode::TOO_MANY_REQUESTS, &headers, Some(retry_after))
}

#[test]
fn eight_processes_never_send_more_than_the_limit() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let (limit, window) = (60, Duration::from_secs(3));
    let api = Api::start(limit, window);
    let workers: Vec<_> = (0..8)
        .map(|_| Worker::sending(&redis, &api, limit, window))
        .collect();
    std::thread::sleep(3 * window);
    // More than the limit of one window: used slots were freed.
    api.wait_for(limit + 1, SOON);
    drop(workers);
    let counted = api.counted();
    println!(
        "{} requests in {:?}, most in a window: {} of {limit}",
        counted.all,
        3 * window,
        counted.most
    );
    assert_eq!(counted.refused, 0, "{counted:?}");
    assert!(counted.most <= limit, "{counted:?}");
}

#[tokio::test]
async fn the_slots_of_a_killed_process_are_free_after_a_while() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let (limit, window, in_flight) = (3, Duration::from_secs(1), Duration::from_secs(2));
    let api = Api::start(limit, window);
    let start = Instant::now();
    let worker = Worker::holding(&redis, &api, limit, (window, in_flight));
    api.wait_for(limit, SOON);
    drop(worker);

    let throttle = Throttle::shared(budget(&redis, limit).with_times(window, in_flight));
    let permit = timeout(SOON, throttle.acquire()).await.unwrap().unwrap();
    assert!(
        start.elapsed() >= in_flight + window,
        "{:?}",
        start.elapsed()
    );
    permit.finish(Feedback::none());
}

#[tokio::test]
async fn a_429_pauses_all_processes() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let (limit, window, wait) = (60, Duration::from_secs(3), Duration::from_secs(3));
    let permit = throttle(&redis, limit).acquire().await.unwrap();
    let start = Instant::now();
    permit.finish(rate_limited(wait));
    redis.wait_for_field(NAME, "paused_until").await;

    let api = Api::start(limit, window);
    let _worker = Worker::sending(&redis, &api, limit, window);
    api.wait_for(1, SOON);
    assert!(api.counted().first.unwrap() >= start + wait);
}

#[tokio::test]
async fn what_others_use_of_the_key_is_known_to_all() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let (ours, theirs) = (throttle(&redis, 300), throttle(&redis, 300));
    theirs.acquire().await.unwrap().finish(Feedback::none());
    let mut headers = HeaderMap::new();
    headers.insert("x-ratelimit-remaining", HeaderValue::from_static("0"));
    headers.insert("x-ratelimit-reset", HeaderValue::from_static("60"));
    let answer = Feedback::from_answer(StatusCode::OK, &headers, None);
    ours.acquire().await.unwrap().finish(answer);
    redis.wait_for_field(NAME, "others_until").await;
    assert!(
        timeout(Duration::from_millis(500), theirs.acquire())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_lower_limit_is_known_to_all() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let (ours, theirs) = (throttle(&redis, 300), throttle(&redis, 300));
    let headers = HeaderMap::from_iter([(
        "x-ratelimit-limit".parse().unwrap(),
        HeaderValue::from_static("1"),
    )]);
    let answer = Feedback::from_answer(StatusCode::OK, &headers, None);
    for _ in 0..3 {
        ours.acquire().await.unwrap().finish(answer);
    }
    redis.wait_for_field(NAME, "believed").await;
    assert!(
        timeout(Duration::from_millis(500), theirs.acquire())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_waiter_that_is_dropped_gives_back_what_it_took() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let budget = budget(&redis, 3000);
    let mut taken = 1;
    budget.acquire().await.unwrap().finish(Feedback::none());
    for _ in 0..50 {
        // The request to Redis has been sent, and nobody waits for its answer.
        tokio::select! {
            biased;
            permit = budget.acquire() => { drop(permit); taken += 1; }
            () = tokio::task::yield_now() => {}
        }
    }
    assert!(taken < 51, "no waiter was dropped");
    // After all of those requests, on the same connection.
    let _permit = budget.acquire().await.unwrap();
    redis.wait_for_slots(NAME, taken + 1).await;
}

#[tokio::test]
async fn a_waiter_that_is_dropped_waits_no_longer() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    // If all of them waited, the last would wait for 20 minutes, and fail at once.
    let budget = budget(&redis, 1);
    let _in_flight = budget.acquire().await.unwrap();
    for _ in 0..21 {
        let dropped = timeout(Duration::from_millis(10), budget.acquire()).await;
        assert!(dropped.is_err());
    }
}

#[tokio::test]
async fn what_is_left_in_the_store_expires() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let permit = throttle(&redis, 300).acquire().await.unwrap();
    permit.finish(rate_limited(Duration::from_secs(1)));
    redis.wait_for_field(NAME, "paused_until").await;
    for key in ["slots", "state"] {
        let milliseconds = redis.ask(&format!("PTTL vibecode-throttle:{{{NAME}}}:{key}"));
        let milliseconds: i64 = milliseconds.trim_start_matches(':').parse().unwrap();
        assert!(
            (1..=3_900_000).contains(&milliseconds),
            "{key}: {milliseconds}"
        );
    }
}

#[tokio::test]
async fn a_store_that_goes_away_is_an_error_and_lets_no_request_through() {
    let Some(mut redis) = RedisServer::start() else {
        return;
    };
    let throttle = throttle(&redis, 300);
    let permit = throttle.acquire().await.unwrap();
    redis.stop();
    let error = throttle.acquire().await.unwrap_err();
    assert!(error.to_string().contains("was not sent"), "{error}");
    // The failure cannot be reported, and must neither block nor panic.
    permit.finish(Feedback::none());
    assert!(throttle.acquire().await.is_err());
    redis.start_again();
    throttle.acquire().await.unwrap().finish(Feedback::none());
}

#[tokio::test]
async fn a_refused_password_is_an_error_that_does_not_show_it() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let url = redis.url().replace("//", "//nobody:secret@");
    let budget = RedisBudget::new(&url, NAME, 300).unwrap();
    let error = budget.acquire().await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    let shown = format!("{error} {error:?} {source} {source:?} {budget:?}");
    assert!(!shown.contains("secret"), "{shown}");
}

#[tokio::test]
async fn a_key_with_something_else_in_it_is_an_error_and_lets_no_request_through() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    redis.ask(&format!("SET vibecode-throttle:{{{NAME}}}:slots mine"));
    assert!(throttle(&redis, 300).acquire().await.is_err());
}

#[tokio::test]
async fn a_stray_limit_is_not_obeyed() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let throttle = throttle(&redis, 300);
    for (limit, remaining) in [("1", "0"), ("2", "1"), ("1", "5"), ("1", "-3")] {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-limit", HeaderValue::from_static(limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from_static(remaining));
        let answer = Feedback::from_answer(StatusCode::OK, &headers, None);
        let permit = timeout(SOON, throttle.acquire()).await.unwrap().unwrap();
        permit.finish(answer);
    }
    redis.wait_for_field(NAME, "stated").await;
    for _ in 0..5 {
        let permit = timeout(Duration::from_secs(5), throttle.acquire()).await;
        permit.unwrap().unwrap().finish(Feedback::none());
    }
}

#[tokio::test]
async fn after_a_pause_of_a_day_every_request_of_every_process_fails_at_once() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let day = Duration::from_secs(100_000);
    let (ours, theirs) = (throttle(&redis, 300), throttle(&redis, 300));
    ours.acquire().await.unwrap().finish(rate_limited(day));
    redis.wait_for_field(NAME, "paused_until").await;
    for throttle in [&ours, &theirs, &ours] {
        let acquired = timeout(Duration::from_secs(10), throttle.acquire()).await;
        let asked = acquired.unwrap().unwrap_err().retry_after().unwrap();
        assert!(asked <= day && asked + SOON > day, "{asked:?}");
    }
    // A requested pause is obeyed for at most an hour.
    let opens = redis.ask(&format!(
        "HGET vibecode-throttle:{{{NAME}}}:state paused_until"
    ));
    assert!(!opens.is_empty());
}

#[tokio::test]
async fn a_state_that_is_not_understood_is_an_error_and_lets_no_request_through() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let throttle = throttle(&redis, 300);
    for time in ["9e15", "1e300", "-1", "nan", "inf", "soon", "''"] {
        redis.ask(&format!(
            "HSET vibecode-throttle:{{{NAME}}}:state paused_until {time}"
        ));
        let acquired = timeout(Duration::from_secs(10), throttle.acquire()).await;
        assert!(acquired.unwrap().is_err(), "{time}");
    }
}

/// A call that is polled once and never again does not block other calls.
#[tokio::test]
async fn a_request_that_nobody_polls_holds_up_no_other() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let throttle = throttle(&redis, 300);
    let mut neglected = Vec::new();
    for _ in 0..3 {
        let mut acquire = Box::pin(throttle.acquire());
        tokio::select! {
            biased;
            _ = &mut acquire => panic!("nothing can be answered yet"),
            () = std::future::ready(()) => {}
        }
        neglected.push(acquire);
    }
    let acquired = timeout(Duration::from_secs(10), throttle.acquire()).await;
    acquired.unwrap().unwrap().finish(Feedback::none());
    for acquire in neglected {
        acquire.await.unwrap().finish(Feedback::none());
    }
}

#[test]
fn a_test_without_redis_is_listed_as_skipped() {
    let list = Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped");
    let _ = fs::remove_file(&list);
    let test = "what_is_left_in_the_store_expires";
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", test])
        .env("PATH", "")
        .env("SKIPPED_TESTS", &list)
        .output()
        .unwrap();
    assert!(child.status.success(), "{child:?}");
    let listed = fs::read_to_string(&list).unwrap();
    assert_eq!(listed, format!("{test} (no redis-server)\n"));
    let said = String::from_utf8(child.stderr).unwrap();
    assert!(said.contains("SKIPPED, NOT PASSED"), "{said}");
}
