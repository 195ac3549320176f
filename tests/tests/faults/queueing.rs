//! Calls of one client on one record: one at a time, and each takes account of earlier writes that are open.

use std::{sync::Arc, time::Duration};

use tokio::{
    task::{JoinSet, yield_now},
    time::{Instant, timeout},
};
use vibecode_runtime::{Call, Client, Outcome};
use vibecode_sandbox::{Fault, Sandbox, Storm};

use super::{
    portal::{client, count, customer, portal, seconds, settle, writes, writes_in, writing},
    timeline::Timeline,
};

const PHONE: &str = "+79161112233";

#[tokio::test(start_paused = true)]
async fn calls_on_one_record_queue_behind_each_other() {
    let sandbox = Arc::new(portal(1).start().await);
    sandbox.storm(
        Storm::seeded(1)
            .probability(1.0)
            .faults([Fault::delay(seconds(5)).on("PATCH")]),
    );
    let client = client(&sandbox);
    let timeline = Timeline::of(&sandbox);
    let mut calls = JoinSet::new();
    for index in 0..6 {
        let patch = customer().add_phone(format!("+7916111223{index}"));
        match index % 2 {
            0 => calls.spawn({
                let call = client.ensure(1, &patch);
                async { call.await.map(drop) }
            }),
            _ => calls.spawn({
                let call = client.update(1, &patch);
                async { call.await.map(drop) }
            }),
        };
    }
    for result in calls.join_all().await {
        result.unwrap();
    }
    let mut requests = timeline.lines().await;
    requests.retain(|request| request.starts_with("PATCH"));
    assert_eq!(
        requests,
        [
            "PATCH 0", "PATCH 5", "PATCH 10", "PATCH 15", "PATCH 20", "PATCH 25"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn calls_on_other_records_do_not_wait() {
    let sandbox = portal(20).start().await;
    sandbox.storm(
        Storm::seeded(1)
            .probability(1.0)
            .faults([Fault::delay(seconds(5)).on("PATCH")]),
    );
    let (client, begin) = (client(&sandbox), Instant::now());
    let mut calls = JoinSet::new();
    for id in 1..=20 {
        calls.spawn(client.update(id, &customer().add_phone(PHONE)));
    }
    assert!(calls.join_all().await.iter().all(Result::is_ok));
    assert!(begin.elapsed() < seconds(6));
}

#[tokio::test(start_paused = true)]
async fn many_who_ensure_the_same_at_once_add_it_once() {
    let sandbox = portal(1).start().await;
    sandbox.storm(
        Storm::seeded(1)
            .probability(1.0)
            .faults([Fault::delay(seconds(1))]),
    );
    let client = client(&sandbox);
    let mut calls = JoinSet::new();
    for index in 0..8 {
        let (client, patch) = (client.clone(), customer().add_phone(PHONE));
        calls.spawn(async move {
            if index % 2 == 0 {
                client.ensure(1, &patch).await.map(drop)
            } else {
                let outcome = client.ensure_many([(1, patch)]).next().await;
                outcome.unwrap().result.map(drop)
            }
        });
    }
    assert!(calls.join_all().await.iter().all(Result::is_ok));
    assert_eq!((writes(&sandbox).len(), count(&sandbox, 1, PHONE)), (1, 1));
}

/// A call that writes the phone and loses its answer.
async fn lose(client: &Client, by: &str) {
    let patch = customer().add_phone(PHONE);
    let error = match by {
        "update" => client.update(1, &patch).await.unwrap_err(),
        "batch" => {
            let results = client.batch().update(1, &patch).send().await.unwrap();
            results.into_iter().next().unwrap().unwrap_err()
        }
        _ => {
            let outcome = client.update_many([(1, patch)]).next().await.unwrap();
            outcome.result.unwrap_err()
        }
    };
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test(start_paused = true)]
async fn ensuring_right_after_a_lost_update_waits_for_it_and_doubles_nothing() {
    for by in ["update", "batch", "update_many"] {
        for (fault, sends) in [
            (Fault::late(seconds(40)), 1),
            (Fault::drop_after(), 1),
            (Fault::drop_before(), 2),
        ] {
            let sandbox = portal(1).start().await;
            sandbox.fault(fault);
            let client = client(&sandbox);
            let begin = Instant::now();
            lose(&client, by).await;
            // A clone is the same client.
            let patch = customer().add_phone(PHONE);
            client.clone().ensure(1, &patch).await.unwrap();
            let waited = begin.elapsed();
            settle().await;
            assert_eq!(writes(&sandbox).len(), sends, "{by}");
            assert_eq!(count(&sandbox, 1, PHONE), 1, "{by}");
            if sends == 2 {
                // The calls of a batch may run one after another, so their settle time is longer.
                let settle = if by == "update" { 120 } else { 240 };
                let bounds = seconds(settle)..seconds(settle + 1);
                assert!(bounds.contains(&waited), "{by}: {waited:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ensuring_many_right_after_a_lost_update_waits_for_it_too() {
    let sandbox = portal(3).start().await;
    sandbox.fault(Fault::late(seconds(40)));
    let client = client(&sandbox);
    lose(&client, "update").await;
    let patches = (1..=3).map(|id| (id, customer().add_phone(PHONE)));
    let mut outcomes = client.ensure_many(patches);
    while let Some(outcome) = outcomes.next().await {
        outcome.result.unwrap();
    }
    settle().await;
    assert!((1..=3).all(|id| count(&sandbox, id, PHONE) == 1));
}

/// Polls a call until its change has arrived, and drops it.
async fn break_off<T: Send + 'static>(sandbox: &Sandbox, call: Call<T>) {
    let call = tokio::spawn(call);
    while writing(sandbox).is_empty() {
        yield_now().await;
    }
    call.abort();
    assert!(call.await.is_err_and(|end| end.is_cancelled()));
}

#[tokio::test(start_paused = true)]
async fn ensuring_after_a_call_was_dropped_doubles_nothing() {
    for (fault, sends) in [
        (Fault::late(seconds(40)), 1),
        (Fault::hang_after(), 1),
        (Fault::hang(), 2),
    ] {
        for is_update in [true, false] {
            let sandbox = portal(1).start().await;
            sandbox.fault(fault.clone().on("PATCH"));
            let (client, patch) = (client(&sandbox), customer().add_phone(PHONE));
            if is_update {
                break_off(&sandbox, client.update(1, &patch)).await;
            } else {
                break_off(&sandbox, client.ensure(1, &patch)).await;
            }
            client.ensure(1, &patch).await.unwrap();
            settle().await;
            let what = format!("{} of an update: {is_update}", fault.name());
            assert_eq!(writes(&sandbox).len(), sends, "{what}");
            assert_eq!(count(&sandbox, 1, PHONE), 1, "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ensuring_after_a_run_was_dropped_doubles_nothing() {
    let sandbox = portal(50).start().await;
    sandbox.fault(Fault::late(seconds(40)));
    let client = client(&sandbox);
    let patches = || (1..=50).map(|id| (id, customer().add_phone(PHONE)));
    let mut outcomes = client.update_many(patches());
    let polled = tokio::select! {
        biased;
        () = async {
            while writing(&sandbox).is_empty() {
                yield_now().await;
            }
        } => None,
        outcome = outcomes.next() => outcome,
    };
    assert!(polled.is_none());
    drop(outcomes);
    let mut outcomes = client.ensure_many(patches());
    while let Some(outcome) = outcomes.next().await {
        outcome.result.unwrap();
    }
    settle().await;
    assert!((1..=50).all(|id| count(&sandbox, id, PHONE) == 1));
    assert_eq!(writes_in(&writing(&sandbox)[0]).len(), 50);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_dropped_while_it_queued_was_never_sent() {
    let sandbox = portal(1).start().await;
    sandbox.fault(Fault::delay(seconds(5)).on("PATCH"));
    let client = client(&sandbox);
    let first = tokio::spawn(client.update(1, &customer().add_phone("+79160000001")));
    while sandbox.requests().is_empty() {
        yield_now().await;
    }
    let second = client.update(1, &customer().add_phone("+79160000002"));
    assert!(timeout(seconds(1), second).await.is_err());
    first.await.unwrap().unwrap();
    let begin = Instant::now();
    client
        .ensure(1, &customer().add_phone("+79160000003"))
        .await
        .unwrap();
    assert!(begin.elapsed() < Duration::from_secs(1));
    settle().await;
    assert_eq!(count(&sandbox, 1, "+79160000002"), 0);
}

#[tokio::test(start_paused = true)]
async fn what_has_settled_is_waited_for_no_more() {
    let sandbox = portal(1).start().await;
    sandbox.fault(Fault::drop_before());
    let client = client(&sandbox);
    lose(&client, "update").await;
    tokio::time::sleep(seconds(120)).await;
    let begin = Instant::now();
    client
        .ensure(1, &customer().add_phone(PHONE))
        .await
        .unwrap();
    assert!(begin.elapsed() < Duration::from_secs(1));
}
