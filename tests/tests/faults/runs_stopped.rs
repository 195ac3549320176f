//! What ends a run before all its items have been sent.

use std::time::Duration;

use tokio::time::sleep;
use vibecode_runtime::{Client, ErrorCode, Outcome};
use vibecode_sandbox::{Fault, Sandbox, Storm};

use super::portal::{CustomerPatch, builder, client, customer, portal, seconds, settle};

const ITEMS: usize = 3_000;

/// One change of each contact.
fn items() -> impl Iterator<Item = (u64, CustomerPatch)> + Send + 'static {
    (0_u64..).take(ITEMS).map(|index| {
        (
            1 + index % 100,
            customer()
                .post("Director")
                .add_phone(format!("+7{index:010}")),
        )
    })
}

/// The number of requests that may be under way when the first answer arrives.
const UNDER_WAY: usize = 4;

#[tokio::test(start_paused = true)]
async fn a_key_that_is_refused_ends_a_run_and_fails_every_item() {
    for (key, code) in [
        (Sandbox::READ_ONLY_KEY, ErrorCode::WriteBlockedReadonlyKey),
        (Sandbox::UNSCOPED_KEY, ErrorCode::ScopeDenied),
        ("vibe_api_unknown", ErrorCode::InvalidApiKey),
    ] {
        let sandbox = portal(100).start().await;
        let client = builder(&sandbox, key).build().unwrap();
        let mut outcomes = client.update_many(items());
        let mut next = 0;
        while let Some(outcome) = outcomes.next().await {
            assert_eq!(outcome.index, next);
            let error = outcome.result.unwrap_err();
            assert_eq!(error.outcome(), Outcome::NotApplied);
            assert_eq!(error.code(), Some(&code));
            next += 1;
        }
        assert_eq!(next, ITEMS);
        let sent = sandbox.requests().len();
        assert!(sent <= UNDER_WAY, "{key}: {sent} requests");
    }
}

#[tokio::test(start_paused = true)]
async fn items_that_wait_for_the_record_of_a_refused_one_are_not_sent() {
    let sandbox = portal(50).start().await;
    let client = builder(&sandbox, Sandbox::UNSCOPED_KEY).build().unwrap();
    let items = (0..200_u64).map(|index| (1 + index % 50, customer().post("Director")));
    let mut outcomes = client.update_many(items);
    while let Some(outcome) = outcomes.next().await {
        let error = outcome.result.unwrap_err();
        assert_eq!(error.code(), Some(&ErrorCode::ScopeDenied));
        assert_eq!(error.outcome(), Outcome::NotApplied);
    }
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_has_ended_still_finds_out_the_outcome_of_writes_whose_answers_were_lost() {
    let sandbox = portal(100).start().await;
    let at_once = || Fault::delay(seconds(0));
    // Two batches read, the second of which is slow. The first one's write is lost, and looked for at
    // 0, 1, 2 and 4 seconds, before the second one's write is refused.
    sandbox.faults([at_once(), Fault::delay(seconds(5)), Fault::drop_before()]);
    sandbox.faults((0..4).map(|_| at_once()));
    sandbox.fault(Fault::error("INVALID_API_KEY"));
    let items = (1..=100).map(|id| (id, customer().add_phone(format!("+7{id:010}"))));
    let mut outcomes = client(&sandbox).ensure_many(items);
    while let Some(outcome) = outcomes.next().await {
        match outcome.result {
            Ok(ensured) => {
                assert!(outcome.index < 50);
                assert_eq!(ensured.added().len(), 1);
            }
            Err(error) => {
                assert!(outcome.index >= 50, "{error:?}");
                assert_eq!(error.code(), Some(&ErrorCode::InvalidApiKey));
                assert_eq!(error.outcome(), Outcome::NotApplied);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_in_mid_run_ends_the_run_too() {
    let sandbox = portal(100).start().await;
    let credentials = vibecode_runtime::Credentials::app(Sandbox::APP_KEY, Sandbox::SESSION_TOKEN);
    let client = Client::builder(credentials)
        .base_url(sandbox.url())
        .build()
        .unwrap();
    let mut outcomes = client.update_many(items());
    let mut done = 0;
    while let Some(outcome) = outcomes.next().await {
        match outcome.result {
            Ok(_) => done += 1,
            Err(error) => {
                assert_eq!(error.code(), Some(&ErrorCode::TokenExpired));
                assert_eq!(error.outcome(), Outcome::NotApplied);
            }
        }
        if done == 120 {
            sandbox.expire_session(Sandbox::SESSION_TOKEN);
        }
    }
    assert!((120..1_000).contains(&done), "{done}");
    let refused = sandbox
        .requests()
        .iter()
        .filter(|request| request.status() != Some(http::StatusCode::OK))
        .count();
    assert!(refused <= UNDER_WAY, "{refused} requests");
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_refused_does_not_end_the_run() {
    let sandbox = portal(10).start().await;
    let ids = (1..=200).map(|index| if index % 50 == 7 { 5 } else { 404 });
    let patches = ids.clone().map(|id| (id, customer().post("Director")));
    let mut outcomes = client(&sandbox).update_many(patches);
    for id in ids {
        let outcome = outcomes.next().await.unwrap();
        let error = outcome.result.err();
        let code = error.as_ref().and_then(vibecode_runtime::Error::code);
        let expected = (id == 404).then_some(&ErrorCode::EntityNotFound);
        assert_eq!(code, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_sends_nothing_more() {
    let sandbox = portal(100).start().await;
    sandbox.storm(
        Storm::seeded(1)
            .probability(1.0)
            .faults([Fault::delay(seconds(1))]),
    );
    let mut outcomes = client(&sandbox).update_many(items());
    for _ in 0..60 {
        outcomes.next().await.unwrap().result.unwrap();
    }
    drop(outcomes);
    // Requests that were sent arrive.
    sleep(Duration::from_millis(10)).await;
    let sent = sandbox.requests().len();
    settle().await;
    assert_eq!(sandbox.requests().len(), sent);
    assert!(sent < 10, "{sent}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_nobody_polls_does_nothing() {
    let sandbox = portal(1).start().await;
    let outcomes = client(&sandbox).update_many(items());
    settle().await;
    drop(outcomes);
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn items_that_panic_panic_who_takes_the_outcomes() {
    let sandbox = portal(100).start().await;
    let client = client(&sandbox);
    let broken = items().enumerate().map(|(index, item)| {
        assert!(index < 120, "the file of items is broken");
        item
    });
    let consumer = tokio::spawn(async move {
        let mut outcomes = client.update_many(broken);
        while outcomes.next().await.is_some() {}
    });
    let panic = consumer.await.unwrap_err().into_panic();
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    assert_eq!(text.unwrap(), "the file of items is broken");
}
