//! Retries do not multiply the load of an outage: a client and its clones share a retry budget.

use vibecode_runtime::{Client, ContactId, Credentials, RetryPolicy, Throttle};

use crate::{
    caller::{Attempts, builder, update},
    server::{Behaviour, Server},
    written::{html, ok, refusal},
};

/// A further attempt costs 5 tokens.
fn tokens_for(attempts: u32) -> RetryPolicy {
    RetryPolicy::new().retry_tokens(5 * attempts)
}

#[tokio::test(start_paused = true)]
async fn an_outage_uses_up_what_clones_may_send_again() {
    for behaviour in [refusal(503, "QUEUE_OVERFLOW"), html(502), Behaviour::Close] {
        let server = Server::start(behaviour).await;
        let client = builder(&server.url()).retry(tokens_for(3)).build().unwrap();
        for client in [client.clone(), client.clone(), client] {
            for _ in 0..10 {
                assert!(update(&client).await.is_err());
            }
        }
        assert_eq!(server.requests().len(), 30 + 3);
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_uses_up_what_another_users_client_may_send_again() {
    let server = Server::start(refusal(503, "QUEUE_OVERFLOW")).await;
    let client = Client::builder(Credentials::app("vibe_app_1", "vibe_session_1"))
        .base_url(&server.url())
        .throttle(Throttle::unlimited())
        .retry(tokens_for(3))
        .build()
        .unwrap();
    for number in 0..10 {
        let client = client.with_session(format!("vibe_session_{number}"));
        assert!(update(&client).await.is_err());
    }
    assert_eq!(server.requests().len(), 10 + 3);
}

#[tokio::test(start_paused = true)]
async fn calls_at_once_share_it_too() {
    let attempts = Attempts::default();
    let client = builder("http://127.0.0.1:1/v1").retry(tokens_for(4));
    let client = client.throttle(attempts.throttle()).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for id in 1..=50 {
        calls.spawn(client.get_raw(ContactId::from(id)));
    }
    assert!(calls.join_all().await.iter().all(Result::is_err));
    assert_eq!(attempts.count(), 50 + 4);
}

#[tokio::test(start_paused = true)]
async fn a_client_of_its_own_has_a_budget_of_its_own() {
    let server = Server::start(refusal(503, "QUEUE_OVERFLOW")).await;
    for _ in 0..3 {
        let client = builder(&server.url()).retry(tokens_for(1)).build().unwrap();
        assert!(update(&client).await.is_err());
    }
    assert_eq!(server.requests().len(), 3 * 2);
}

#[tokio::test(start_paused = true)]
async fn successes_fill_the_budget_again() {
    let overflow = refusal(503, "QUEUE_OVERFLOW");
    // Two requests that fail, of which one may be sent again; five that succeed; and two that fail.
    let mut script = vec![overflow.clone(); 3];
    script.extend(std::iter::repeat_n(ok(), 5));
    script.extend(vec![overflow; 3]);
    let server = Server::script(script).await;
    let client = builder(&server.url()).retry(tokens_for(1)).build().unwrap();
    for (succeeds, requests) in [
        (false, 2),
        (false, 3),
        (true, 4),
        (true, 5),
        (true, 6),
        (true, 7),
        (true, 8),
        (false, 10),
        (false, 11),
    ] {
        assert_eq!(update(&client).await.is_ok(), succeeds);
        assert_eq!(server.requests().len(), requests);
    }
}

#[tokio::test(start_paused = true)]
async fn a_further_attempt_that_succeeds_costs_nothing() {
    let server = Server::script([refusal(503, "QUEUE_OVERFLOW"), ok()]).await;
    let client = builder(&server.url()).retry(tokens_for(1)).build().unwrap();
    for _ in 0..10 {
        update(&client).await.unwrap();
    }
    assert_eq!(server.requests().len(), 20);
}
