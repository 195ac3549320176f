//! A run does not end with the runtime that drives it.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};
use vibecode_runtime::{Error, ErrorKind, Outcome};
use vibecode_sandbox::Sandbox;

use crate::{Customer, client};

const ITEMS: usize = 1_000;
const WELL_BEYOND: Duration = Duration::from_secs(60);

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn a_run_whose_runtime_was_shut_down_has_an_outcome_for_every_item() {
    let of_the_server = runtime();
    let sandbox = of_the_server.block_on(Sandbox::start());
    let client = client(&sandbox);
    let items = (0..ITEMS).map(|index| (1_000 + index as u64, Customer::patch().post("Clerk")));
    let mut run = client.update_many(items);
    let first = runtime();
    let mut outcomes = Vec::new();
    first.block_on(async {
        for _ in 0..97 {
            outcomes.push(run.next().await.expect("an outcome"));
        }
    });
    first.shutdown_background();
    runtime().block_on(async {
        while let Some(outcome) = timeout(WELL_BEYOND, run.next()).await.expect("in time") {
            outcomes.push(outcome);
        }
    });
    let indices: Vec<usize> = outcomes.iter().map(|outcome| outcome.index).collect();
    assert_eq!(indices, (0..ITEMS).collect::<Vec<_>>());
    // There are no such records. What was under way may have been applied.
    for outcome in outcomes {
        let error = outcome.result.expect_err("a refusal");
        match error.kind() {
            ErrorKind::Api => assert_eq!(error.outcome(), Outcome::NotApplied),
            kind => assert_eq!(kind, ErrorKind::Interrupted, "{error:?}"),
        }
        // Until some time after it, it may be applied.
        let is_lost = error.outcome() == Outcome::Unknown;
        assert_eq!(outcome.lost_at.is_some(), is_lost, "{error:?}");
    }
}

/// It cannot be known whether the other runtime ever runs again.
#[test]
fn a_run_that_is_polled_in_another_runtime_has_an_outcome_for_every_item_at_once() {
    let of_the_server = runtime();
    let sandbox = of_the_server.block_on(Sandbox::start());
    let client = client(&sandbox);
    let items = (0..ITEMS).map(|index| (1_000 + index as u64, Customer::patch().post("Clerk")));
    let mut run = client.update_many(items);
    let first = Builder::new_current_thread().enable_all().build().unwrap();
    let polled_once = async {
        let mut next = pin!(run.next());
        poll_fn(|context| Poll::Ready(next.as_mut().poll(context).is_pending())).await
    };
    assert!(first.block_on(polled_once));
    // It is alive and does not run.
    let outcomes = runtime().block_on(async {
        let mut outcomes = Vec::new();
        while let Some(outcome) = timeout(WELL_BEYOND, run.next()).await.expect("in time") {
            outcomes.push(outcome);
        }
        outcomes
    });
    let indices: Vec<usize> = outcomes.iter().map(|outcome| outcome.index).collect();
    assert_eq!(indices, (0..ITEMS).collect::<Vec<_>>());
    let errors = outcomes
        .into_iter()
        .map(|it| it.result.expect_err("an error"));
    let (unknown, not_sent): (Vec<_>, Vec<_>) =
        errors.partition(|error| error.outcome() == Outcome::Unknown);
    // Four requests of 50 items were under way.
    assert_eq!((unknown.len(), not_sent.len()), (200, ITEMS - 200));
    let errors = unknown.iter().chain(&not_sent);
    assert!(
        errors
            .map(Error::kind)
            .all(|it| it == ErrorKind::Interrupted)
    );
    drop(first);
}
