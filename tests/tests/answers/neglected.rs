//! Futures of calls that are polled late, or never again, while other calls of the client go on.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout};
use vibecode_runtime::{Client, ContactId, Credentials};
use vibecode_sandbox::Sandbox;

use crate::caller::Customer;

/// Far more time than any of these calls takes.
const IN_TIME: Duration = Duration::from_secs(120);

async fn portal() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().contacts(100).start().await;
    let client = Client::builder(Credentials::personal(Sandbox::API_KEY))
        .base_url(sandbox.url())
        .build()
        .unwrap();
    (sandbox, client)
}

#[tokio::test(start_paused = true)]
async fn a_call_in_the_body_of_a_loop_over_buffered_calls_is_not_stopped_by_them() {
    let (sandbox, client) = portal().await;
    let patch = Customer::patch().post("Director");
    let run = async {
        let updates = stream::iter(1..=60_u64).map(|id| client.update(id, &patch));
        let mut updates = updates.buffer_unordered(8);
        let mut done = 0;
        while let Some(updated) = updates.next().await {
            updated.unwrap();
            client.get_raw(ContactId::from(100)).await.unwrap();
            done += 1;
        }
        done
    };
    assert_eq!(timeout(IN_TIME, run).await, Ok(60));
    assert_eq!(sandbox.requests().len(), 120);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_lost_a_select_by_reference_stops_no_other() {
    let (sandbox, client) = portal().await;
    let patch = Customer::patch().post("Director");
    let run = async {
        // The burst is used up, so that the next call waits.
        for id in 1..=10 {
            client.update(id, &patch).await.unwrap();
        }
        let mut loser = client.update(11, &patch);
        tokio::select! {
            _ = &mut loser => panic!("it cannot leave yet"),
            () = tokio::time::sleep(Duration::from_millis(1)) => {}
        }
        for id in 12..=40 {
            client.update(id, &patch).await.unwrap();
        }
        loser.await.unwrap();
    };
    timeout(IN_TIME, run).await.unwrap();
    assert_eq!(sandbox.requests().len(), 40);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_calls_that_nobody_polls_again_cost_their_slots_and_stop_no_other() {
    let (_sandbox, client) = portal().await;
    let patch = Customer::patch().post("Director");
    let mut neglected: Vec<_> = (1..=99).map(|id| client.update(id, &patch)).collect();
    for call in &mut neglected {
        assert!(timeout(Duration::ZERO, call).await.is_err());
    }
    let start = Instant::now();
    timeout(IN_TIME, client.get_raw(ContactId::from(100)))
        .await
        .unwrap()
        .unwrap();
    // At 5 per second the others would have taken as long.
    assert!(start.elapsed() < Duration::from_secs(21));
}
