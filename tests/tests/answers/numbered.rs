//! Every update carries a number, and the server is hostile: no update arrives more often than the client
//! sent it.

use std::{iter::repeat_n, time::Duration};

use tokio::time::sleep;
use vibecode_runtime::{Client, Error, ErrorKind, Outcome, RetryPolicy, Updated};

use crate::{
    caller::{Attempts, Customer, builder},
    server::{Behaviour, Server},
    written::{bytes, html, limited, ok, ok_and_stay, raw, success},
};

const CALLS: u64 = 400;

/// Returns how often a number arrived.
fn arrivals(server: &Server, call: u64) -> usize {
    server.count(|request| number(request.body()) == call)
}

/// The number is the `post` in the body.
fn number(body: &str) -> u64 {
    let (_, from_it_on) = body.split_once(r#""post":""#).unwrap();
    let (digits, _) = from_it_on.split_once('"').unwrap();
    digits.parse().unwrap()
}

/// An update that can be sent twice, and one that cannot.
async fn send(client: &Client, number: u64, adds: bool) -> Result<Updated, Error> {
    let patch = Customer::patch().post(number.to_string());
    let patch = if adds {
        patch.add_phone("+70000000000")
    } else {
        patch
    };
    client.update(71, &patch).await
}

/// Everything that can happen to a connection, new or kept.
fn endings() -> Vec<Behaviour> {
    let half = |head: &str| format!("HTTP/1.1 200 X\r\n{head}\r\n{}", &success("71")[..9]);
    let endings = [
        Behaviour::Close,
        Behaviour::Reset,
        Behaviour::CloseAtOnce,
        Behaviour::ResetAtOnce,
        raw(&half("content-length: 100\r\n")),
        Behaviour::AnswerAndReset(half("content-length: 100\r\n").into()),
        raw("HTTP/1.1 200"),
        raw("\0\0\0"),
        html(502),
        limited("connection: close\r\nretry-after: 0\r\n", ""),
        // Kept, according to the head, and then closed or reset.
        Behaviour::Answer(bytes(200, "", &success("71"))),
        Behaviour::AnswerAndReset(bytes(200, "", &success("71"))),
        ok(),
    ];
    // Each of them on a new connection, and on one that has been used once and twice.
    (0..3)
        .flat_map(|kept| {
            let endings = endings.clone().into_iter();
            endings.flat_map(move |ending| repeat_n(ok_and_stay(), kept).chain([ending]))
        })
        .collect()
}

/// Sends all the numbers, one after the other, and checks that each arrived as often as it was sent.
async fn assert_sent_by_us_alone(policy: RetryPolicy, adds: bool) {
    let server = Server::script(endings()).await;
    let attempts = Attempts::default();
    let client = builder(&server.url())
        .retry(policy)
        .throttle(attempts.throttle())
        .build()
        .unwrap();
    let mut succeeded = 0;
    for call in 0..CALLS {
        let before = attempts.count();
        let result = send(&client, call, adds).await;
        let sent = attempts.count() - before;
        let arrived = arrivals(&server, call);
        assert!(
            arrived <= sent,
            "{call} arrived {arrived} times, sent {sent}"
        );
        match result {
            Ok(_) => {
                succeeded += 1;
                assert!(arrived > 0, "{call} succeeded");
            }
            Err(error) if error.outcome() == Outcome::NotApplied => {
                assert_eq!(error.kind(), ErrorKind::Api, "{error:?}");
            }
            Err(_) => {}
        }
    }
    assert!(succeeded > CALLS / 4, "{succeeded}");
    assert!(server.connections() > 50);
}

#[tokio::test]
async fn one_attempt_arrives_once_at_most() {
    assert_sent_by_us_alone(RetryPolicy::off(), false).await;
    assert_sent_by_us_alone(RetryPolicy::off(), true).await;
}

#[tokio::test(start_paused = true)]
async fn further_attempts_are_the_clients_own() {
    let policy = RetryPolicy::new().retry_tokens(u32::MAX);
    assert_sent_by_us_alone(policy, false).await;
}

/// A phone arrives twice only if an answer postponed the first request.
#[tokio::test(start_paused = true)]
async fn no_broken_connection_doubles_a_phone() {
    let endings: Vec<_> = endings()
        .into_iter()
        .filter(|it| !matches!(it, Behaviour::Answer(bytes) if bytes.starts_with(b"HTTP/1.1 429")))
        .collect();
    let server = Server::script(endings).await;
    let policy = RetryPolicy::new().retry_tokens(u32::MAX);
    let client = builder(&server.url()).retry(policy).build().unwrap();
    for call in 0..CALLS {
        let result = send(&client, call, true).await;
        let arrived = arrivals(&server, call);
        assert!(arrived <= 1, "{call} arrived {arrived} times");
        match result {
            Ok(_) => assert_eq!(arrived, 1, "{call}"),
            Err(error) => assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}"),
        }
    }
}

/// A server that closes its kept connection right when the next request comes, again and again.
#[tokio::test]
async fn a_stale_connection_repeats_nothing() {
    for ending in [Behaviour::CloseAtOnce, Behaviour::ResetAtOnce] {
        let server = Server::script([ok_and_stay(), ending]).await;
        let client = builder(&server.url()).retry(RetryPolicy::off());
        let client = client.build().unwrap();
        for call in 0..CALLS {
            let result = send(&client, call, true).await;
            let arrived = arrivals(&server, call);
            assert_eq!(result.is_ok(), call % 2 == 0, "{call}: {result:?}");
            assert_eq!(arrived, usize::from(call % 2 == 0), "{call}");
        }
        assert_eq!(server.connections() as u64, CALLS / 2);
    }
}

/// The client notices that a kept connection was closed between two requests, and sends the next request
/// over a new one, once.
#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_not_used() {
    let answer = Behaviour::Answer(bytes(200, "", &success("71")));
    let server = Server::start(answer).await;
    let client = builder(&server.url()).retry(RetryPolicy::off());
    let client = client.build().unwrap();
    for call in 0..CALLS {
        sleep(Duration::from_millis(2)).await;
        send(&client, call, true).await.unwrap();
    }
    assert!((0..CALLS).all(|call| arrivals(&server, call) == 1));
}

/// The client closes idle connections first, so that a stale connection is rare.
#[tokio::test(start_paused = true)]
async fn a_connection_that_was_idle_for_5_seconds_is_not_used() {
    let server = Server::start(ok_and_stay()).await;
    let client = builder(&server.url()).build().unwrap();
    for (idle, connections) in [(0, 1), (3, 1), (5, 2)] {
        sleep(Duration::from_secs(idle)).await;
        send(&client, idle, true).await.unwrap();
        assert_eq!(server.connections(), connections);
    }
}
