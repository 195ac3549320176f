//! How long a client waits between two attempts, by the paused clock.

use std::time::{Duration, SystemTime};

use vibecode_runtime::{Call, Client, Error, ErrorKind, Outcome, RetryPolicy, Updated};

use crate::{
    caller::{add, builder, update},
    server::{Behaviour, Server},
    written::{envelope, limited, ok, refusal, whole},
};

/// The clock of tokio counts in milliseconds, and a request takes some of them to arrive.
const TICK: Duration = Duration::from_millis(10);

/// The client's own longest waits before the second and the third attempt.
const OWN: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(1)];

/// Returns the waits between the attempts of one call, and its result.
async fn waits(
    behaviour: Behaviour,
    policy: RetryPolicy,
    call: fn(&Client) -> Call<Updated>,
) -> (Vec<Duration>, Error) {
    let server = Server::start(behaviour).await;
    let client = builder(&server.url()).retry(policy).build().unwrap();
    let error = call(&client).await.unwrap_err();
    (gaps(&server), error)
}

fn gaps(server: &Server) -> Vec<Duration> {
    let requests = server.requests();
    let pairs = requests.windows(2);
    pairs
        .map(|pair| pair[1].arrived - pair[0].arrived)
        .collect()
}

/// Checks that a wait is the requested time plus a random part of the client's own wait.
fn assert_waited(waits: &[Duration], asked: Duration) {
    assert_eq!(waits.len(), OWN.len(), "{waits:?}");
    for (wait, own) in waits.iter().zip(OWN) {
        let most = asked + own + TICK;
        assert!(*wait >= asked && *wait <= most, "{wait:?} for {asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_waits_are_random_up_to_half_a_second_and_up_to_a_second() {
    let (mut shortest, mut longest) = (OWN, [Duration::ZERO; 2]);
    for seed in 0..60 {
        let policy = RetryPolicy::new().seed(seed);
        let (waits, _) = waits(refusal(503, "QUEUE_OVERFLOW"), policy, update).await;
        assert_waited(&waits, Duration::ZERO);
        for (index, wait) in waits.into_iter().enumerate() {
            shortest[index] = shortest[index].min(wait);
            longest[index] = longest[index].max(wait);
        }
    }
    for (index, own) in OWN.into_iter().enumerate() {
        assert!(shortest[index] < own / 10, "{shortest:?}");
        assert!(longest[index] > own * 9 / 10, "{longest:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_seed_repeats_the_waits() {
    let waits_of = |seed| {
        let policy = RetryPolicy::new().seed(seed);
        waits(refusal(503, "QUEUE_OVERFLOW"), policy, update)
    };
    let (first, again, other) = (waits_of(7).await, waits_of(7).await, waits_of(8).await);
    assert_eq!(first.0, again.0);
    assert_ne!(first.0, other.0);
}

#[tokio::test(start_paused = true)]
async fn the_number_of_attempts_and_the_waits_can_be_set() {
    let policy = RetryPolicy::new()
        .attempts(6)
        .initial_delay(Duration::from_secs(10))
        .max_delay(Duration::from_secs(30))
        .seed(1);
    let server = Server::start(refusal(429, "RATE_LIMITED")).await;
    let client = builder(&server.url()).retry(policy);
    let client = client.deadline(Duration::from_secs(900)).build().unwrap();
    add(&client).await.unwrap_err();
    let waits = gaps(&server);
    assert_eq!(waits.len(), 5);
    for (wait, most) in waits.iter().zip([10, 20, 30, 30, 30]) {
        assert!(*wait <= Duration::from_secs(most) + TICK, "{waits:?}");
    }
    assert!(
        waits[2..].iter().any(|wait| wait.as_secs() > 10),
        "{waits:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn one_attempt_is_one_attempt() {
    for behaviour in [
        limited("retry-after: 1\r\n", ""),
        refusal(503, "QUEUE_OVERFLOW"),
        refusal(502, "BITRIX_UNAVAILABLE"),
        Behaviour::Close,
    ] {
        for policy in [RetryPolicy::off(), RetryPolicy::new().attempts(0)] {
            let (waits, _) = waits(behaviour.clone(), policy, update).await;
            assert!(waits.is_empty(), "{waits:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_api_is_given_the_time_that_it_asks_for() {
    let overflow = envelope("QUEUE_OVERFLOW");
    let unavailable = envelope("BITRIX_UNAVAILABLE");
    for (behaviour, seconds) in [
        (limited("retry-after: 7\r\n", ""), 7.0),
        (limited("retry-after: 0\r\n", ""), 0.0),
        (limited("retry-after: 60\r\n", ""), 60.0),
        (limited("", r#","retryAfter":5"#), 5.0),
        (limited("", r#","retryAfter":"2.5""#), 2.5),
        (limited("retry-after: 3\r\n", r#","retryAfter":4"#), 4.0),
        (whole(503, "retry-after: 2\r\n", &overflow), 2.0),
        // The outcome is unknown, but that does not matter for a patch that cannot add twice.
        (whole(502, "retry-after: 9\r\n", &unavailable), 9.0),
        (whole(429, "retry-after: 6\r\n", "<html></html>"), 6.0),
    ] {
        let asked = Duration::from_secs_f64(seconds);
        let (waits, error) = waits(behaviour, RetryPolicy::new(), update).await;
        assert_waited(&waits, asked);
        assert_eq!(error.retry_after(), Some(asked));
    }
}

#[tokio::test(start_paused = true)]
async fn a_header_without_a_time_is_not_waited_for() {
    for behaviour in [
        limited("", ""),
        limited("retry-after: -5\r\n", ""),
        limited("retry-after: soon\r\n", ""),
        limited("retry-after: 1e9\r\n", ""),
        limited("", r#","retryAfter":-5"#),
        limited("", r#","retryAfter":null"#),
        limited("", r#","retryAfter":{"seconds":5}"#),
    ] {
        let (waits, error) = waits(behaviour, RetryPolicy::new(), add).await;
        assert_waited(&waits, Duration::ZERO);
        assert_eq!(error.retry_after(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_date_is_waited_for_by_the_clock_of_the_server() {
    let now = "date: Wed, 15 Apr 2026 09:00:00 GMT\r\n";
    for (date, seconds) in [
        ("Wed, 15 Apr 2026 09:00:07 GMT", 7),
        ("Wed, 15 Apr 2026 08:00:00 GMT", 0),
        // The obsolete forms, which a recipient must accept too.
        ("Wednesday, 15-Apr-26 09:00:08 GMT", 8),
        ("Wed Apr 15 09:00:09 2026", 9),
    ] {
        let behaviour = limited(&format!("{now}retry-after: {date}\r\n"), "");
        let (waits, error) = waits(behaviour, RetryPolicy::new(), add).await;
        assert_waited(&waits, Duration::from_secs(seconds));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
    }
}

/// The wall clock runs on meanwhile, so the time is only known approximately.
#[tokio::test(start_paused = true)]
async fn a_date_without_the_servers_clock_is_compared_with_our_own() {
    let then = SystemTime::now() + Duration::from_secs(55);
    let date = httpdate::fmt_http_date(then);
    let behaviour = limited(&format!("retry-after: {date}\r\n"), "");
    let (waits, error) = waits(behaviour, RetryPolicy::new(), add).await;
    let asked = error.retry_after().unwrap();
    let roughly = Duration::from_secs(10)..=Duration::from_secs(55);
    assert!(roughly.contains(&asked), "{asked:?}");
    assert_eq!(waits.len(), 2);
    assert!(waits.iter().all(|wait| *wait >= asked), "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn an_absurd_wait_ends_the_call_immediately_and_is_reported() {
    let endless = "9".repeat(400);
    for (behaviour, asked) in [
        (limited("retry-after: 61\r\n", ""), Duration::from_secs(61)),
        (
            limited("retry-after: 86400\r\n", ""),
            Duration::from_secs(86_400),
        ),
        (
            limited(&format!("retry-after: {endless}\r\n"), ""),
            Duration::MAX,
        ),
        (
            limited("", &format!(r#","retryAfter":{endless}"#)),
            Duration::MAX,
        ),
        (limited("", r#","retryAfter":1.0e+25"#), Duration::MAX),
        (
            limited(
                "date: Wed, 15 Apr 2026 09:00:00 GMT\r\nretry-after: Thu, 16 Apr 2026 09:00:00 GMT\r\n",
                "",
            ),
            Duration::from_secs(86_400),
        ),
    ] {
        let start = tokio::time::Instant::now();
        let (waits, error) = waits(behaviour, RetryPolicy::new(), update).await;
        assert!(waits.is_empty(), "{waits:?}");
        assert!(start.elapsed() < TICK);
        assert_eq!(error.kind(), ErrorKind::Api, "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert_eq!(error.retry_after(), Some(asked));
    }
}

#[tokio::test(start_paused = true)]
async fn the_longest_wait_can_be_set() {
    let server = Server::script([limited("retry-after: 100\r\n", ""), ok()]).await;
    let patient = RetryPolicy::new().max_retry_after(Duration::from_secs(100));
    let client = builder(&server.url()).retry(patient).build().unwrap();
    add(&client).await.unwrap();
    assert!(gaps(&server)[0] >= Duration::from_secs(100));

    let hasty = RetryPolicy::new().max_retry_after(Duration::from_secs(4));
    let (waits, error) = waits(limited("retry-after: 5\r\n", ""), hasty, add).await;
    assert!(waits.is_empty(), "{waits:?}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(5)));
}

#[tokio::test(start_paused = true)]
async fn no_attempt_is_waited_for_that_could_not_run_its_full_time_before_the_deadline() {
    let server = Server::start(limited("retry-after: 6\r\n", "")).await;
    let client = builder(&server.url())
        .timeout(Duration::from_secs(3))
        .deadline(Duration::from_secs(10));
    let start = tokio::time::Instant::now();
    let error = add(&client.build().unwrap()).await.unwrap_err();
    let waits = gaps(&server);
    assert_eq!(waits.len(), 1);
    // The second answer is the last: the client does not wait for an attempt that may not begin.
    assert!(start.elapsed() < waits[0] + TICK);
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(6)));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_has_begun_has_its_full_time() {
    let hang = Behaviour::AnswerAndHang(Vec::new());
    let server = Server::script([limited("retry-after: 4\r\n", ""), hang]).await;
    let client = builder(&server.url())
        .timeout(Duration::from_secs(5))
        .deadline(Duration::from_secs(10));
    let error = update(&client.build().unwrap()).await.unwrap_err();
    let took = gaps(&server)[0];
    assert!(took >= Duration::from_secs(4), "{took:?}");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(server.requests().len(), 2);
}
