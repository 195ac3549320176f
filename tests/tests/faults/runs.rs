//! What a run of any length promises about the order of its items and of its records.

use std::{collections::HashMap, sync::Arc, time::Duration};

use vibecode_runtime::{ErrorCode, ErrorKind};
use vibecode_sandbox::{CallFault, Fault, Storm};

use super::{
    calls::reported_error,
    portal::{
        CustomerPatch, client, count, customer, portal, seconds, settle, stored, writes_in, writing,
    },
    timeline::Timeline,
};

/// The error in every fourth item of a run, in rotation.
fn item(index: u64) -> (u64, CustomerPatch) {
    let good = customer().post(format!("Director {index}"));
    match index % 16 {
        3 => (0, good),
        7 => (index + 1, customer()),
        11 => (index + 1, customer().ratio(f64::NAN)),
        15 => (100_000 + index, good),
        _ => (index + 1, good),
    }
}

fn expected(index: u64) -> Option<ErrorKind> {
    match index % 16 {
        3 => Some(ErrorKind::InvalidId),
        7 => Some(ErrorKind::EmptyPatch),
        11 => Some(ErrorKind::InvalidPatch),
        15 => Some(ErrorKind::Api),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_that_cannot_be_sent_fails_by_itself_and_the_rest_go_on_in_order() {
    let sandbox = portal(700).start().await;
    let mut outcomes = client(&sandbox).update_many((0..700).map(item));
    for index in 0..700 {
        let outcome = outcomes.next().await.unwrap();
        let (id, _) = item(index);
        assert_eq!((outcome.index as u64, outcome.id.get()), (index, id));
        let kind = outcome
            .result
            .as_ref()
            .err()
            .map(vibecode_runtime::Error::kind);
        assert_eq!(kind, expected(index), "{index}");
        if kind.is_none() {
            assert_eq!(stored(&sandbox, id, "post"), format!("Director {index}"));
        }
    }
    assert!(outcomes.next().await.is_none());
    assert!(
        outcomes.next().await.is_none(),
        "a run that is over stays over"
    );
    // Of 700 items 569 can be sent, and a request carries 50.
    assert_eq!(sandbox.requests().len(), 12);
}

#[tokio::test(start_paused = true)]
async fn items_that_cannot_be_sent_are_reported_in_order_when_records_are_ensured_too() {
    let sandbox = portal(700).start().await;
    let mut outcomes = client(&sandbox).ensure_many((0..700).map(item));
    for index in 0..700 {
        let outcome = outcomes.next().await.unwrap();
        assert_eq!(outcome.index as u64, index);
        let kind = outcome.result.err().map(|error| error.kind());
        assert_eq!(kind, expected(index), "{index}");
    }
    assert!(outcomes.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn outcomes_come_in_order_whatever_ends_first() {
    let sandbox = portal(600).start().await;
    // The second of four batches is the slowest.
    sandbox.faults([seconds(0), seconds(9), seconds(6), seconds(3)].map(Fault::delay));
    let patches = (1..=600).map(|id| (id, customer().post("Director")));
    let mut outcomes = client(&sandbox).update_many(patches);
    for index in 0..600 {
        let outcome = outcomes.next().await.unwrap();
        assert_eq!(outcome.index, index);
        outcome.result.unwrap();
    }
}

/// A thousand changes of one contact, and as many of six others between them.
fn interleaved() -> impl Iterator<Item = (u64, CustomerPatch)> + Clone + Send + 'static {
    (0..2_000_u64).map(|index| {
        let id = if index % 2 == 0 { 1 } else { 2 + index % 6 };
        let patch = customer().post(format!("{index:04}"));
        (id, patch)
    })
}

#[tokio::test(start_paused = true)]
async fn a_record_is_never_in_two_requests_under_way_and_its_changes_keep_their_order() {
    let sandbox = Arc::new(portal(7).start().await);
    let delays = Storm::seeded(1)
        .probability(1.0)
        .faults([Fault::delay(seconds(2))]);
    sandbox.storm(delays);
    let timeline = Timeline::of(&sandbox);
    let mut outcomes = client(&sandbox).update_many(interleaved());
    let mut count = 0;
    while let Some(outcome) = outcomes.next().await {
        outcome.result.unwrap();
        count += 1;
    }
    assert_eq!(count, 2_000);
    let mut last: HashMap<u64, (Duration, String)> = HashMap::new();
    for (at, request) in timeline.requests().await {
        for (id, body) in writes_in(&request) {
            let post = body["post"].as_str().unwrap().to_owned();
            if let Some((before, earlier)) = last.insert(id, (at, post.clone())) {
                assert!(earlier < post, "{id}: {earlier} before {post}");
                let pause = at.checked_sub(before).unwrap();
                assert!(pause >= Duration::from_millis(1_900), "{id}: {pause:?}");
            }
        }
    }
    assert_eq!(last[&1].1, "1998");
}

/// The number of phones that are added to one contact, one after the other.
const CHANGES: usize = 120;

#[tokio::test(start_paused = true)]
async fn changes_of_one_record_that_add_are_each_there_once_after_a_storm() {
    let sandbox = portal(7).start().await;
    let faults = [
        Fault::drop_before(),
        Fault::late(seconds(40)),
        Fault::delay(seconds(2)),
    ];
    sandbox.storm(Storm::seeded(1).probability(0.3).faults(faults));
    let phone = |index: usize| format!("+7916{index:07}");
    let patches = (0..CHANGES).map(move |index| (1, customer().add_phone(phone(index))));
    let mut outcomes = client(&sandbox).ensure_many(patches);
    let mut ended_well = Vec::new();
    while let Some(outcome) = outcomes.next().await {
        match outcome.result {
            Ok(_) => ended_well.push(outcome.index),
            Err(error) => println!("{}: {}", outcome.index, reported_error(&error)),
        }
    }
    settle().await;
    for index in 0..CHANGES {
        let times = count(&sandbox, 1, &phone(index));
        let is_true = times == 1 || (times == 0 && !ended_well.contains(&index));
        assert!(is_true, "{index}: {times}");
    }
    assert!(ended_well.len() > CHANGES / 2, "{}", ended_well.len());
}

#[tokio::test(start_paused = true)]
async fn two_runs_at_once_do_not_write_to_a_record_at_the_same_time() {
    let sandbox = Arc::new(portal(60).start().await);
    sandbox.storm(
        Storm::seeded(1)
            .probability(1.0)
            .faults([Fault::delay(seconds(2))]),
    );
    let client = client(&sandbox);
    let run = |ids: Vec<u64>, phone: &'static str| {
        let patches = ids
            .into_iter()
            .map(move |id| (id, customer().add_phone(phone)));
        let mut outcomes = client.ensure_many(patches);
        async move {
            while let Some(outcome) = outcomes.next().await {
                outcome.result.unwrap();
            }
        }
    };
    let (up, down) = ((1..=60).collect(), (1..=60).rev().collect());
    tokio::join!(run(up, "+79161112233"), run(down, "+79161112233"));
    for id in 1..=60 {
        assert_eq!(count(&sandbox, id, "+79161112233"), 1, "{id}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_were_put_off_are_sent_again_and_only_those() {
    let sandbox = portal(50).start().await;
    let limited = [3, 4, 49].map(|call| (call, CallFault::rate_limited(seconds(2))));
    sandbox.fault(Fault::in_batch(limited));
    let patches = (1..=50).map(|id| (id, customer().add_phone("+79161112233")));
    let mut outcomes = client(&sandbox).update_many(patches);
    while let Some(outcome) = outcomes.next().await {
        outcome.result.unwrap();
    }
    let sent = writing(&sandbox).iter().map(writes_in).collect::<Vec<_>>();
    let again: Vec<u64> = sent[1].iter().map(|(id, _)| *id).collect();
    assert_eq!((sent.len(), sent[0].len(), again), (2, 50, vec![4, 5, 50]));
    assert!((1..=50).all(|id| count(&sandbox, id, "+79161112233") == 1));
}

#[tokio::test(start_paused = true)]
async fn a_missing_record_is_reported_by_its_code() {
    let sandbox = portal(1).start().await;
    for id in [404, 405] {
        let patches = [(id, customer().post("Director"))];
        let outcome = client(&sandbox).update_many(patches).next().await.unwrap();
        let error = outcome.result.unwrap_err();
        assert_eq!(error.code(), Some(&ErrorCode::EntityNotFound));
        assert!(error.to_string().contains(&id.to_string()), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_that_is_done_says_that_an_earlier_attempt_of_it_was_lost() {
    let sandbox = portal(2).start().await;
    sandbox.fault(Fault::drop_after().at("/batch"));
    let client = client(&sandbox);
    let mut outcomes = client.update_many([(1, customer().post("Director"))]);
    let first = outcomes.next().await.unwrap();
    assert!(first.result.is_ok(), "{first:?}");
    assert!(first.lost_at.is_some(), "{first:?}");
    let mut outcomes = client.update_many([(2, customer().post("Director"))]);
    assert_eq!(outcomes.next().await.unwrap().lost_at, None);
}
