//! What ends a run before its items are over.

use std::time::Duration;

use tokio::time::sleep;
use vibecode_runtime::{BatchParams, BulkOutcome, Client, ErrorCode, ErrorKind, Outcome};
use vibecode_sandbox::{BatchParams as SandboxParams, Fault, Sandbox, Storm};

use super::portal::{
    CustomerPatch, builder, client, count, customer, portal, seconds, settle, stored, writing,
};

const ITEMS: usize = 3_000;

/// A change of each contact in turn.
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

/// So many requests may be under way when the first answer comes.
const UNDER_WAY: usize = 4;

#[tokio::test(start_paused = true)]
async fn a_key_that_is_refused_ends_a_run_and_every_item_is_told_so() {
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

/// What was reported of a run that its first batch ended: of the first calls, and of the rest.
async fn assert_not_echoed<E, T>(
    outcomes: impl AsyncFn() -> Option<BulkOutcome<E, T>>,
) -> (usize, usize) {
    let (mut unknown, mut not_applied) = (0, 0);
    while let Some(outcome) = outcomes().await {
        assert_eq!(outcome.index, unknown + not_applied);
        let error = outcome.result.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::NotEchoed);
        match error.outcome() {
            Outcome::Unknown => unknown += 1,
            _ => not_applied += 1,
        }
    }
    (unknown, not_applied)
}

#[tokio::test(start_paused = true)]
async fn a_portal_that_drops_what_stands_in_a_batch_is_sent_one_batch() {
    let sandbox = portal(100)
        .batch_params(SandboxParams::UnderFields)
        .start()
        .await;
    let outcomes = tokio::sync::Mutex::new(client(&sandbox).update_many(items()));
    let told = assert_not_echoed(async || outcomes.lock().await.next().await).await;
    assert_eq!(told, (50, ITEMS - 50));
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_portal_that_drops_what_is_ensured_in_a_batch_is_sent_one_batch() {
    let sandbox = portal(100)
        .batch_params(SandboxParams::UnderFields)
        .start()
        .await;
    let outcomes = tokio::sync::Mutex::new(client(&sandbox).ensure_many(items()));
    let told = assert_not_echoed(async || outcomes.lock().await.next().await).await;
    assert_eq!(told, (50, ITEMS - 50));
    assert_eq!(writing(&sandbox).len(), 1);
    assert_eq!(stored(&sandbox, 1, "post"), "");
}

#[tokio::test(start_paused = true)]
async fn a_portal_that_reads_values_under_fields_is_written_to_once_the_client_is_told() {
    let sandbox = portal(100)
        .batch_params(SandboxParams::UnderFields)
        .start()
        .await;
    let client = builder(&sandbox, Sandbox::API_KEY)
        .batch_params(BatchParams::Fields)
        .build()
        .unwrap();
    let mut outcomes = client.ensure_many(items().take(300));
    while let Some(outcome) = outcomes.next().await {
        outcome.result.unwrap();
    }
    assert_eq!(stored(&sandbox, 100, "post"), "Director");
    assert_eq!(count(&sandbox, 100, "+70000000299"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_the_first_batches_does_not_pass_for_a_wrong_shape() {
    let sandbox = portal(100).start().await;
    sandbox.storm(
        Storm::seeded(1)
            .probability(1.0)
            .faults([Fault::bad_gateway_html()]),
    );
    let mut outcomes = client(&sandbox).update_many(items().take(200));
    while let Some(outcome) = outcomes.next().await {
        let kind = outcome.result.err().map(|error| error.kind());
        assert_ne!(kind, Some(ErrorKind::NotEchoed), "{}", outcome.index);
        if outcome.index < 100 {
            assert_eq!(kind, Some(ErrorKind::NotJson));
        } else {
            sandbox.calm();
        }
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
    // What has departed arrives.
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
