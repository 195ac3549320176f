//! Calls that wait for a new connection: their names are looked up late.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};
use vibecode_runtime::{Client, ClientBuilder, ContactId, Credentials, Outcome, RetryPolicy};
use vibecode_sandbox::{Fault, Sandbox};

use crate::{Customer, requests};

/// Looks up the host of a sandbox, and answers at the time that the function returns.
struct SlowNames<F>(F);

impl<F: Fn() -> Instant + Send + Sync + 'static> Resolve for SlowNames<F> {
    fn resolve(&self, _: Name) -> Resolving {
        let at = (self.0)();
        Box::pin(async move {
            sleep_until(at).await;
            let addresses: Addrs = Box::new([SocketAddr::from(([127, 0, 0, 1], 0))].into_iter());
            Ok(addresses)
        })
    }
}

fn client(sandbox: &Sandbox, at: impl Fn() -> Instant + Send + Sync + 'static) -> ClientBuilder {
    Client::builder(Credentials::personal(Sandbox::API_KEY))
        .base_url(&sandbox.url().replace("127.0.0.1", "localhost"))
        .retry(RetryPolicy::new().seed(7))
        .http(reqwest::Client::builder().dns_resolver(Arc::new(SlowNames(at))))
}

fn in_seconds(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_connects_is_not_sent() {
    let sandbox = Sandbox::start().await;
    let short = Duration::from_millis(100);
    let post = Customer::patch().post("Director");
    let phone = Customer::patch().add_phone("+79161112233");
    for call in 0..9 {
        let client = client(&sandbox, || in_seconds(3)).build().unwrap();
        let is_over = match call {
            0 => timeout(short, client.update(71, &post)).await.is_ok(),
            1 => timeout(short, client.update(71, &phone)).await.is_ok(),
            2 => timeout(short, client.create(&post)).await.is_ok(),
            3 => timeout(short, client.delete(ContactId::from(71)))
                .await
                .is_ok(),
            4 => timeout(short, client.get_raw(ContactId::from(71)))
                .await
                .is_ok(),
            5 => timeout(short, client.ensure(71, &phone)).await.is_ok(),
            6 => timeout(short, client.batch().update(71, &phone).send())
                .await
                .is_ok(),
            7 => timeout(short, client.update_many([(71_u64, phone.clone())]).next())
                .await
                .is_ok(),
            _ => timeout(short, client.list::<Customer>().stream().next())
                .await
                .is_ok(),
        };
        assert!(!is_over);
    }
    sleep(Duration::from_secs(60)).await;
    assert_eq!(requests(&sandbox), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_still_connects_when_a_pause_begins_is_sent_after_the_pause() {
    for pause in [1, 30, 45] {
        let sandbox = Sandbox::start().await;
        // The first look-up takes 3 s, the others none.
        let delays = Mutex::new(vec![3]);
        let at = move || in_seconds(delays.lock().unwrap().pop().unwrap_or(0));
        let client = client(&sandbox, at).build().unwrap();
        let begin = Instant::now();
        let slow = tokio::spawn(client.update(71, &Customer::patch().add_phone("+79161112233")));
        sleep(Duration::from_millis(500)).await;
        sandbox.fault(Fault::rate_limited(Duration::from_secs(pause)).on("GET"));
        let read = tokio::spawn(client.get_raw(ContactId::from(72)));
        sleep(Duration::from_millis(pause * 1_000 - 10)).await;
        assert_eq!(requests(&sandbox), ["GET /v1/contacts/72"], "in the pause");
        read.await.unwrap().unwrap();
        slow.await.unwrap().unwrap();
        assert!(begin.elapsed() >= Duration::from_millis(500) + Duration::from_secs(pause));
        let sent = requests(&sandbox);
        assert_eq!(
            sent.iter().filter(|it| it.starts_with("PATCH")).count(),
            1,
            "{sent:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_waited_for_a_slow_connection_keep_the_pace() {
    let sandbox = Sandbox::builder().contacts(100).start().await;
    let begin = Instant::now();
    let client = client(&sandbox, move || begin + Duration::from_secs(8))
        .build()
        .unwrap();
    let mut calls = JoinSet::new();
    for id in 1_u64..=60 {
        let call = client.update(id, &Customer::patch().post("Director"));
        calls.spawn(async move { call.await.map(|_| begin.elapsed()) });
    }
    let mut ends = Vec::new();
    while let Some(end) = calls.join_next().await {
        ends.push(end.unwrap().unwrap());
    }
    ends.sort_unstable();
    // The answers take no time here, so the calls end when they are sent.
    for (first, begin) in ends.iter().enumerate() {
        let together = ends[first..].iter();
        let within = begin.saturating_add(Duration::from_millis(190));
        let count = together.take_while(|end| **end <= within).count();
        assert!(
            count <= 10 + 5,
            "{count} calls within one interval: {ends:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_cannot_connect_is_not_applied() {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox, || in_seconds(100))
        .connect_timeout(Duration::from_secs(1))
        .build()
        .unwrap();
    let error = client
        .update(71, &Customer::patch().post("Director"))
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(requests(&sandbox), [""; 0]);
}
