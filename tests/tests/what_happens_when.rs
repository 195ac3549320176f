//! Tests for each row of the guide's table "What happens when…".
#![cfg(test)]

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use vibecode_runtime::{
    Client, ClientBuilder, Credentials, ErrorKind, Outcome, Patch, Phone, RetryPolicy, Throttle,
};
use vibecode_sandbox::{Entity, Fault, Sandbox};

#[derive(Patch)]
#[vibecode(entity = "contacts")]
struct Customer {
    post: Option<String>,
    phone: Vec<Phone>,
}

const PHONE: &str = "+79161112233";

fn builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder(Credentials::personal(Sandbox::API_KEY))
        .base_url(sandbox.url())
        .retry(RetryPolicy::new().seed(7))
        .throttle(Throttle::unlimited())
}

fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().unwrap()
}

/// Returns how often the phone is stored.
fn phones(sandbox: &Sandbox, id: u64) -> usize {
    let contact = sandbox.contact(id).unwrap();
    let entries = contact["fm"].as_array().unwrap();
    entries
        .iter()
        .filter(|entry| entry["value"] == PHONE)
        .count()
}

/// The first column of the table in the guide. Each row has its own test below.
const ROWS: &[&str] = &[
    "an answer is lost",
    "no answer comes in time",
    "the API answers 429",
    "a gateway answers 502",
    "`ensure` itself fails with the outcome `Unknown`",
    "the program crashes in the middle of a million",
    "the answer to a `create` is lost",
    "two processes write at once",
];

#[tokio::test(start_paused = true)]
async fn an_ensure_whose_value_is_never_shown_is_not_taken() {
    let sandbox = Sandbox::start().await;
    let misspelt = Customer::patch().set_unchecked("ufCrm_missing", "x");
    let error = client(&sandbox).ensure(71, &misspelt).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::NotTaken, Outcome::Unknown)
    );
}

#[test]
fn the_guide_has_a_row_for_each_of_these() {
    let page = include_str!("../../docs/src/outcomes.md");
    let (_, table) = page.split_once("## What happens when…").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| "));
    let rows: Vec<&str> = rows.filter_map(|row| row.split(" |").next()).collect();
    assert_eq!(&rows[1..=ROWS.len()], ROWS);
}

/// A change that sets is sent again automatically. A change that adds is not, and `ensure` completes it.
async fn a_lost_write_is_never_doubled(fault: Fault) {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    sandbox.fault(fault.clone());
    let set = Customer::patch().post("Director");
    client.update(71, &set).await.unwrap();
    assert_eq!(sandbox.contact(71).unwrap()["post"], "Director");

    sandbox.clear_requests();
    sandbox.fault(fault);
    let add = Customer::patch().add_phone(PHONE);
    let error = client.update(71, &add).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(sandbox.requests().len(), 1);
    client.ensure(71, &add).await.unwrap();
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(phones(&sandbox, 71), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_lost() {
    for fault in [
        Fault::drop_before(),
        Fault::drop_after(),
        Fault::reset_after(),
        Fault::late(Duration::from_secs(40)),
    ] {
        a_lost_write_is_never_doubled(fault).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_a_create_is_lost() {
    for (fault, count) in [(Fault::drop_before(), 0), (Fault::drop_after(), 1)] {
        let sandbox = Sandbox::builder()
            .seed(json!({ "contacts": [] }))
            .start()
            .await;
        sandbox.fault(fault.on("POST").at_exactly("contacts"));
        let patch = Customer::patch().post("Director");
        let error = client(&sandbox).create(&patch).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(sandbox.requests().len(), 1);
        assert_eq!(sandbox.records(Entity::Contacts).len(), count);
    }
}

#[tokio::test(start_paused = true)]
async fn no_answer_comes_in_time() {
    for fault in [Fault::hang(), Fault::hang_after()] {
        a_lost_write_is_never_doubled(fault).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_api_answers_429() {
    let sandbox = Sandbox::start().await;
    sandbox.fault(Fault::rate_limited(Duration::from_secs(7)));
    let client = builder(&sandbox)
        .throttle(Throttle::default())
        .build()
        .unwrap();
    let begin = Instant::now();
    let add = Customer::patch().add_phone(PHONE);
    let first = tokio::spawn(client.update(71, &add));
    tokio::time::sleep(Duration::from_secs(1)).await;
    // Another call of the same key waits too.
    let other = client.update(72, &add);
    let other = tokio::spawn(async move { (other.await, Instant::now()) });
    first.await.unwrap().unwrap();
    let (updated, at) = other.await.unwrap();
    updated.unwrap();
    assert!(at - begin >= Duration::from_secs(7), "{:?}", at - begin);
    assert_eq!((phones(&sandbox, 71), phones(&sandbox, 72)), (1, 1));
    assert_eq!(sandbox.requests().len(), 3);

    sandbox.fault(Fault::rate_limited(Duration::from_secs(600)));
    let error = client.update(73, &add).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
}

#[tokio::test(start_paused = true)]
async fn a_gateway_answers_502() {
    for fault in [
        Fault::bad_gateway().applied(),
        Fault::bad_gateway().not_applied(),
        Fault::bad_gateway_html().applied(),
        Fault::bad_gateway_html().not_applied(),
    ] {
        a_lost_write_is_never_doubled(fault).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_program_crashes_in_the_middle_of_a_million() {
    // In place of a million: more than are ever under way at a time.
    const COUNT: u64 = 2_000;
    let sandbox = Sandbox::builder().contacts(COUNT).start().await;
    let items = || (1..=COUNT).map(|id| (id, Customer::patch().add_phone(PHONE)));
    let mut run = client(&sandbox).ensure_many(items());
    for _ in 0..777 {
        run.next().await.unwrap().result.unwrap();
    }
    drop(run);

    // The next process only knows that the requests of the first have had time to end.
    tokio::time::sleep(Duration::from_secs(240)).await;
    let mut run = client(&sandbox).ensure_many(items());
    while let Some(outcome) = run.next().await {
        outcome.result.unwrap();
    }
    for id in 1..=COUNT {
        assert_eq!(phones(&sandbox, id), 1, "{id}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_processes_write_at_once() {
    let sandbox = Sandbox::start().await;
    let (one, other) = (client(&sandbox), client(&sandbox));
    let add = Customer::patch().add_phone(PHONE);

    // One after the other: the second finds what the first has added.
    one.ensure(71, &add).await.unwrap();
    assert!(other.ensure(71, &add).await.unwrap().added().is_empty());
    assert_eq!(phones(&sandbox, 71), 1);

    // At the same moment: both read before either has written, and each adds. The API provides no way to detect
    // that.
    let (first, second) = tokio::join!(one.ensure(72, &add), other.ensure(72, &add));
    assert_eq!(
        first.unwrap().added().len() + second.unwrap().added().len(),
        2
    );
    assert_eq!(phones(&sandbox, 72), 2);

    // In one client they run one after the other.
    let (first, second) = tokio::join!(one.ensure(73, &add), one.ensure(73, &add));
    assert_eq!(
        first.unwrap().added().len() + second.unwrap().added().len(),
        1
    );
    assert_eq!(phones(&sandbox, 73), 1);
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_cannot_be_reached_lets_no_request_through() {
    let sandbox = Sandbox::start().await;
    let client = builder(&sandbox)
        .throttle(Throttle::per_minute(0))
        .build()
        .unwrap();
    let error = client
        .update(71, &Customer::patch().post("a"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttle);
    assert!(sandbox.requests().is_empty());
}
