//! Calls whose callers poll them only once.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};

use tokio::time::{sleep, timeout};
use vibecode_runtime::{Client, ContactId, Result};
use vibecode_sandbox::Sandbox;

use crate::{Customer, client};

/// A call of a new client, which has no connection yet, is polled once. Its request must arrive.
async fn is_sent<T, F: Future<Output = Result<T>>>(call: impl FnOnce(&Client) -> F) {
    let sandbox = Sandbox::start().await;
    let client = client(&sandbox);
    let mut call = pin!(call(&client));
    let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    let arrival = async {
        while sandbox.requests().is_empty() {
            sleep(Duration::from_millis(1)).await;
        }
    };
    let in_time = timeout(Duration::from_secs(20), arrival).await;
    assert!(in_time.is_ok(), "the request waits for its caller");
    assert!(call.await.is_ok(), "the result is still there");
}

#[tokio::test]
async fn a_read_that_opens_a_connection_is_sent() {
    is_sent(|client| client.get_raw(ContactId::from(71))).await;
}

#[tokio::test]
async fn a_write_that_opens_a_connection_is_sent() {
    is_sent(|client| client.update(71, &Customer::patch().post("Director"))).await;
}
