//! What `ensure` does after an answer was lost: it reads, waits, and sends again only values whose lost
//! request can no longer arrive.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::time::Instant;
use vibecode_runtime::{ErrorKind, Outcome};
use vibecode_sandbox::{Fault, Sandbox};

use super::{
    calls::{Item, Way, reported_error},
    portal::{client, count, customer, portal, seconds, settle, stored, writes},
    timeline::Timeline,
};

const PHONE: &str = "+79161112233";

/// Ensures a phone of contact 1 while the writes are hit, and returns the requests with their times.
async fn requests_of(faults: impl IntoIterator<Item = Fault>) -> (Arc<Sandbox>, Vec<String>) {
    let sandbox = Arc::new(portal(1).start().await);
    sandbox.faults(faults.into_iter().map(|fault| fault.on("PATCH")));
    let timeline = Timeline::of(&sandbox);
    let ensured = client(&sandbox)
        .ensure(1, &customer().add_phone(PHONE))
        .await;
    assert_eq!(ensured.unwrap().added().len(), 1);
    let requests = timeline.lines().await;
    settle().await;
    assert_eq!(count(&sandbox, 1, PHONE), 1);
    (sandbox, requests)
}

#[tokio::test(start_paused = true)]
async fn a_write_that_never_arrived_is_sent_again_only_after_it_has_settled() {
    for fault in [
        Fault::drop_before(),
        Fault::reset_before(),
        Fault::server_error(),
    ] {
        let (_, requests) = requests_of([fault]).await;
        let expected = [
            "GET 0",
            "PATCH 0",
            "GET 0",
            "GET 1",
            "GET 2",
            "GET 4",
            "GET 8",
            "GET 16",
            "GET 32",
            "GET 64",
            "GET 120",
            "PATCH 120",
        ];
        assert_eq!(requests, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_found_at_once() {
    for fault in [
        Fault::drop_after(),
        Fault::bad_gateway_html(),
        Fault::cut_off(),
    ] {
        let (_, requests) = requests_of([fault]).await;
        assert_eq!(requests, ["GET 0", "PATCH 0", "GET 0"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_comes_late_is_waited_for_and_never_doubled() {
    let (_, requests) = requests_of([Fault::late(seconds(5))]).await;
    assert_eq!(requests[3..], ["GET 1", "GET 2", "GET 4", "GET 8"]);
    let (_, requests) = requests_of([Fault::late(seconds(40))]).await;
    assert_eq!(
        requests[3..],
        [
            "GET 1", "GET 2", "GET 4", "GET 8", "GET 16", "GET 32", "GET 64"
        ]
    );
    let (_, requests) = requests_of([Fault::late(seconds(60))]).await;
    assert_eq!(requests.last().unwrap(), "GET 64");
}

#[tokio::test(start_paused = true)]
async fn the_time_to_settle_counts_from_the_end_of_the_attempt() {
    // The attempt was given up after 70 s, and may still be delivered.
    let (_, requests) = requests_of([Fault::hang()]).await;
    assert_eq!(
        requests.first_chunk(),
        Some(&["GET 0", "PATCH 0", "GET 70"].map(str::to_owned))
    );
    assert_eq!(
        requests.last_chunk(),
        Some(&["GET 190", "PATCH 190"].map(str::to_owned))
    );
    let (_, requests) = requests_of([Fault::hang_after()]).await;
    assert_eq!(requests, ["GET 0", "PATCH 0", "GET 70"]);
}

#[tokio::test(start_paused = true)]
async fn a_read_that_left_before_the_write_had_settled_proves_nothing_whenever_it_is_answered() {
    for (way, last_early_read, settles_at) in [(Way::Ensure, 64, 70), (Way::EnsureMany, 128, 140)] {
        let sandbox = Arc::new(portal(1).start().await);
        let reads_before = (0..).map(|doubled| 1 << doubled);
        let reads_before = reads_before.take_while(|second| *second < last_early_read);
        let at_once = || Fault::delay(seconds(0));
        sandbox.fault(at_once());
        sandbox.fault(Fault::drop_before());
        sandbox.faults((0..=reads_before.count()).map(|_| at_once()));
        sandbox.fault(Fault::delay(seconds(20)));
        let timeline = Timeline::of(&sandbox);
        // Twice as long for a batch.
        let builder = super::portal::builder(&sandbox, Sandbox::API_KEY);
        let client = builder.settle_time(seconds(70)).build().unwrap();
        let reports = way.write(&client, &[Item::that_adds(1)]).await;
        assert!(reports[0].is_ok(), "{reports:?}");
        let requests = timeline.lines().await;
        let seconds: Vec<&str> = requests
            .iter()
            .filter_map(|it| it.split(' ').nth(1))
            .collect();
        let answered_at = (last_early_read + 20).to_string();
        assert!(last_early_read + 20 > settles_at);
        assert_eq!(
            seconds[seconds.len() - 3..],
            [&*last_early_read.to_string(), &*answered_at, &*answered_at],
            "{requests:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_not_an_answer_of_the_api_does_not_end_an_attempt() {
    for fault in [Fault::garbage(), Fault::html(), Fault::no_content()] {
        let (_, requests) = requests_of([fault.clone()]).await;
        assert_eq!(requests, ["GET 0", "PATCH 0", "GET 0"]);
        let (_, requests) = requests_of([fault.not_applied()]).await;
        assert_eq!(
            requests.last_chunk(),
            Some(&["GET 120", "PATCH 120"].map(str::to_owned))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_found_after_a_lost_answer_is_reported_as_added() {
    let sandbox = portal(1).start().await;
    sandbox.fault(Fault::drop_after().on("PATCH"));
    let patch = customer().add_phone(PHONE);
    let ensured = client(&sandbox).ensure(1, &patch).await.unwrap();
    assert_eq!(ensured.added()[0].value(), PHONE);
    assert!(ensured.added()[0].id().is_some());
    assert!(ensured.present().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_outage_without_end_is_reported_and_leaves_the_outcome_unknown() {
    let sandbox = Arc::new(portal(1).start().await);
    sandbox.faults((0..20).map(|_| Fault::drop_before().on("PATCH")));
    let timeline = Timeline::of(&sandbox);
    let error = client(&sandbox)
        .ensure(1, &customer().add_phone(PHONE))
        .await
        .unwrap_err();
    assert_eq!(reported_error(&error), "Interrupted Unknown");
    let mut requests = timeline.lines().await;
    requests.retain(|request| request.starts_with("PATCH"));
    assert_eq!(requests, ["PATCH 0", "PATCH 120", "PATCH 240"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_an_attempt_that_has_settled_is_one() {
    let sandbox = portal(1).start().await;
    sandbox.faults([
        Fault::drop_before().on("PATCH"),
        Fault::error("ACCESS_DENIED").on("PATCH"),
    ]);
    let error = client(&sandbox)
        .ensure(1, &customer().add_phone(PHONE))
        .await
        .unwrap_err();
    assert_eq!(reported_error(&error), "Api NotApplied");
    settle().await;
    assert_eq!(count(&sandbox, 1, PHONE), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_while_an_earlier_attempt_may_still_arrive_leaves_the_outcome_open() {
    for way in [Way::Ensure, Way::EnsureMany] {
        let sandbox = portal(1).start().await;
        let late = (0..3).map(|_| Fault::late(seconds(40)).on(way.writes_by()));
        if way == Way::EnsureMany {
            // The first batch only reads.
            sandbox.fault(Fault::delay(seconds(0)));
        }
        sandbox.faults(late);
        if way == Way::EnsureMany {
            sandbox.fault(Fault::delay(seconds(0)));
        }
        sandbox.fault(Fault::overload_limit().on(way.writes_by()));
        let reports = way.write(&client(&sandbox), &[Item::that_sets(1)]).await;
        settle().await;
        assert_eq!(stored(&sandbox, 1, "post"), "Director");
        let error = reports[0].as_ref().unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_that_fails_after_a_lost_answer_leaves_the_outcome_open() {
    let sandbox = portal(1).start().await;
    sandbox.fault(Fault::delay(seconds(0)).on("GET"));
    sandbox.fault(Fault::late(seconds(40)).on("PATCH"));
    sandbox.fault(Fault::overload_limit().on("GET"));
    let error = client(&sandbox)
        .ensure(1, &customer().add_phone(PHONE))
        .await
        .unwrap_err();
    assert_eq!(reported_error(&error), "Api Unknown");
    settle().await;
    assert_eq!(count(&sandbox, 1, PHONE), 1);
}

#[tokio::test(start_paused = true)]
async fn an_unchecked_value_is_not_sent_twice() {
    let sandbox = portal(1).start().await;
    sandbox.fault(Fault::drop_before().on("PATCH"));
    let raw = json!({ "n0": { "VALUE": PHONE, "VALUE_TYPE": "WORK" } });
    let patch = customer().set_unchecked("fmRaw", raw.clone());
    let error = client(&sandbox).ensure(1, &patch).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(writes(&sandbox), [(1, json!({ "fmRaw": raw }))]);
}

#[tokio::test(start_paused = true)]
async fn an_unchecked_value_in_many_is_not_sent_twice() {
    let sandbox = portal(1).start().await;
    sandbox.fault(Fault::delay(seconds(0)));
    sandbox.fault(Fault::drop_before());
    let patch = customer().set_unchecked("fmRaw", 1).post("Director");
    let outcome = client(&sandbox)
        .ensure_many([(1, patch)])
        .next()
        .await
        .unwrap();
    assert_eq!(outcome.result.unwrap_err().outcome(), Outcome::Unknown);
    assert_eq!(writes(&sandbox).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_lost_record_of_many_keeps_the_others_results() {
    let sandbox = portal(3).start().await;
    sandbox.fault(Fault::delay(seconds(0)));
    sandbox.fault(Fault::drop_after_calls(1));
    let patches = (1..=3).map(|id| (id, customer().add_phone(PHONE)));
    let begin = Instant::now();
    let mut outcomes = client(&sandbox).ensure_many(patches);
    while let Some(outcome) = outcomes.next().await {
        outcome.result.unwrap();
    }
    // The calls of a batch may run one after another, so their settle time is longer.
    assert!(begin.elapsed() >= Duration::from_secs(240));
    let sent: Vec<u64> = writes(&sandbox).iter().map(|(id, _)| *id).collect();
    assert_eq!(sent, [1, 2, 3, 2, 3]);
    assert!((1..=3).all(|id| count(&sandbox, id, PHONE) == 1));
}

#[tokio::test(start_paused = true)]
async fn a_shorter_time_to_settle_is_the_users_choice() {
    let sandbox = Arc::new(portal(1).start().await);
    sandbox.fault(Fault::drop_before().on("PATCH"));
    let builder = super::portal::builder(&sandbox, Sandbox::API_KEY);
    let client = builder.settle_time(seconds(3)).build().unwrap();
    let timeline = Timeline::of(&sandbox);
    client
        .ensure(1, &customer().add_phone(PHONE))
        .await
        .unwrap();
    let requests = timeline.lines().await;
    assert_eq!(
        requests[2..],
        ["GET 0", "GET 1", "GET 2", "GET 3", "PATCH 3"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_time_to_settle_beyond_all_clocks_is_not_none() {
    let sandbox = portal(1).start().await;
    sandbox.fault(Fault::late(seconds(40)).on("PATCH"));
    let builder = super::portal::builder(&sandbox, Sandbox::API_KEY);
    let client = builder.settle_time(Duration::MAX).build().unwrap();
    let patch = customer().add_phone(PHONE);
    client.ensure(1, &patch).await.unwrap();
    settle().await;
    assert_eq!(count(&sandbox, 1, PHONE), 1);
}

#[tokio::test(start_paused = true)]
async fn a_missing_record_is_reported_and_not_written() {
    let sandbox = portal(1).start().await;
    let error = client(&sandbox)
        .ensure(404, &customer().add_phone(PHONE))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Api, Outcome::NotApplied)
    );
    assert!(writes(&sandbox).is_empty());
}
